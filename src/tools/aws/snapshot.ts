import type { Snapshot as Ec2Snapshot } from '@aws-sdk/client-ec2';
import { Failure } from '../../domain/failure.ts';
import { type AwsClient, listIn } from './client.ts';
import { type Tags, tagsOf } from './tags.ts';

/** An EBS snapshot as Belay knows it. */
export interface Snapshot {
  readonly id: string;
  readonly volumeId: string;
  readonly sizeGib: number;
  readonly state: string;
  readonly progress: string;
  readonly encrypted: boolean;
  readonly startedAt: string;
  readonly tags: Tags;
}

/** 1,000 is the most that the API gives. */
const PAGE = 1000;
const FILTER_VALUES = 200;
const TOKEN = { answer: 'NextToken', ask: 'NextToken' } as const;

/** The account's own snapshots that match, newest first; every page, or a failure. */
export async function listSnapshots(
  client: AwsClient,
  region: string,
  filters: Readonly<Record<string, readonly string[]>>,
  signal: AbortSignal,
): Promise<Snapshot[]> {
  const Filters = Object.entries(filters).map(([Name, Values]) => ({ Name, Values: [...Values] }));
  const input = { OwnerIds: ['self'], MaxResults: PAGE, ...(Filters.length === 0 ? {} : { Filters }) };
  const pages = await client.pages(region, 'ec2.DescribeSnapshots', input, TOKEN, signal);
  return pages
    .flatMap(({ Snapshots }) => listIn(Snapshots, 'snapshots').map(snapshotOf))
    .toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

/** The account's own snapshots of these volumes, newest first. */
export async function snapshotsOf(
  client: AwsClient,
  region: string,
  volumeIds: readonly string[],
  signal: AbortSignal,
): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  for (let at = 0; at < volumeIds.length; at += FILTER_VALUES)
    found.push(
      ...(await listSnapshots(client, region, { 'volume-id': volumeIds.slice(at, at + FILTER_VALUES) }, signal)),
    );
  return found;
}

export function snapshotOf(raw: Ec2Snapshot): Snapshot {
  const { SnapshotId: id, VolumeId: volumeId, VolumeSize: sizeGib, State: state, StartTime } = raw;
  if (
    id === undefined ||
    volumeId === undefined ||
    sizeGib === undefined ||
    state === undefined ||
    StartTime === undefined
  )
    throw new Failure(
      'stop.unsupported',
      `AWS described snapshot ${id ?? '(no id)'} only in part; it was not looked at`,
    );
  return {
    id,
    volumeId,
    sizeGib,
    state,
    progress: raw.Progress ?? '',
    encrypted: raw.Encrypted ?? false,
    startedAt: StartTime.toISOString(),
    tags: tagsOf(raw.Tags),
  };
}
