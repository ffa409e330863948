import type { Volume as Ec2Volume, VolumeType } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { oneLine } from '../one-line.ts';
import { type AwsClient, listIn } from './client.ts';
import { tagNamed, type Tags, tagsOf } from './tags.ts';

/** A volume's id. */
export const VolumeId = z
  .string()
  .regex(/^vol-[0-9a-f]{8,17}$/, 'is no volume id such as vol-0123456789abcdef0')
  .describe('Volume id, for example vol-0123456789abcdef0');

/** An EBS volume as Belay knows it. */
export interface Volume {
  readonly id: string;
  readonly zone: string;
  readonly type: VolumeType;
  readonly sizeGib: number;
  readonly iops: number | null;
  readonly throughput: number | null;
  readonly state: string;
  readonly encrypted: boolean;
  readonly kmsKeyId: string | null;
  readonly multiAttach: boolean;
  readonly createdAt: string;
  /** The snapshot it was made from. */
  readonly fromSnapshot: string | null;
  /** Ids of the instances it is attached to, or being attached to or detached from. */
  readonly attachedTo: readonly string[];
  readonly tags: Tags;
}

/** Pages of 500, the most that the API gives. */
const PAGE = 500;
/** The most values that one filter takes. */
const FILTER_VALUES = 200;
const TOKEN = { answer: 'NextToken', ask: 'NextToken' } as const;

/** One volume. Throws `stop.not-found` when it is not there, or on its way out. */
export async function readVolume(client: AwsClient, region: string, id: string, signal: AbortSignal): Promise<Volume> {
  const { Volumes } = await client.ask(region, 'ec2.DescribeVolumes', { VolumeIds: [id] }, signal);
  const volume = listIn(Volumes, 'volumes')
    .map(volumeOf)
    .find((one) => one.id === id);
  if (volume === undefined || isGone(volume))
    throw new Failure('stop.not-found', `There is no volume ${id} in ${region}`);
  return volume;
}

/** The same; null when it is not there. */
export async function findVolume(
  client: AwsClient,
  region: string,
  id: string,
  signal: AbortSignal,
): Promise<Volume | null> {
  return await readVolume(client, region, id, signal).catch((error: unknown) => {
    if (error instanceof Failure && error.type === 'stop.not-found') return null;
    throw error;
  });
}

/** All volumes of a region that match; every page, or a failure. */
export async function listVolumes(
  client: AwsClient,
  region: string,
  filters: Readonly<Record<string, readonly string[]>>,
  signal: AbortSignal,
): Promise<Volume[]> {
  const Filters = Object.entries(filters).map(([Name, Values]) => ({ Name, Values: [...Values] }));
  const input = { MaxResults: PAGE, ...(Filters.length === 0 ? {} : { Filters }) };
  const pages = await client.pages(region, 'ec2.DescribeVolumes', input, TOKEN, signal);
  return pages.flatMap(({ Volumes }) => listIn(Volumes, 'volumes').map(volumeOf)).filter((volume) => !isGone(volume));
}

/** Those of these volumes that are there, by id. Asked by filter: asked by id, one that is gone would fail all others. */
export async function volumesById(
  client: AwsClient,
  region: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Volume>> {
  return new Map((await volumesWith(client, region, 'volume-id', ids, signal)).map((volume) => [volume.id, volume]));
}

/** Those volumes that were made from one of these snapshots. */
export const volumesFrom = async (
  client: AwsClient,
  region: string,
  snapshotIds: readonly string[],
  signal: AbortSignal,
): Promise<Volume[]> => await volumesWith(client, region, 'snapshot-id', snapshotIds, signal);

async function volumesWith(
  client: AwsClient,
  region: string,
  filter: string,
  values: readonly string[],
  signal: AbortSignal,
): Promise<Volume[]> {
  const found: Volume[] = [];
  for (let at = 0; at < values.length; at += FILTER_VALUES)
    found.push(...(await listVolumes(client, region, { [filter]: values.slice(at, at + FILTER_VALUES) }, signal)));
  return found;
}

/** Why a volume cannot be cleaned up; undefined when it is attached to nothing. */
export function inUse({ id, state, attachedTo }: Volume): string | undefined {
  if (attachedTo.length > 0) return `volume ${id} is attached to ${attachedTo.slice(0, 5).join(', ')}`;
  return state === 'available' ? undefined : `volume ${id} is ${state}, not available`;
}

/** `100 GiB gp3`. */
export const kindOf = ({ sizeGib, type }: { readonly sizeGib: number; readonly type: string }): string =>
  `${sizeGib} GiB ${type}`;

/** What people know a volume by: `"checkout-db", 100 GiB gp3`; the name is its Name tag's, where it has one. */
export function knownBy(volume: Volume): string {
  const name = tagNamed(volume.tags, ['Name']);
  return name === null ? kindOf(volume) : `"${oneLine(name, 60)}", ${kindOf(volume)}`;
}

const isGone = ({ state }: Volume): boolean => state === 'deleting' || state === 'deleted';

function volumeOf(raw: Ec2Volume): Volume {
  const { VolumeId: id, AvailabilityZone: zone, VolumeType: type, Size: sizeGib, State: state, CreateTime } = raw;
  // Half an answer is no answer: a volume without its state would count as one to delete.
  if (
    id === undefined ||
    zone === undefined ||
    type === undefined ||
    sizeGib === undefined ||
    state === undefined ||
    CreateTime === undefined
  )
    throw new Failure('stop.unsupported', `AWS described volume ${id ?? '(no id)'} only in part; it was not looked at`);
  return {
    id,
    zone,
    type,
    sizeGib,
    state,
    iops: raw.Iops ?? null,
    throughput: raw.Throughput ?? null,
    encrypted: raw.Encrypted ?? false,
    kmsKeyId: raw.KmsKeyId ?? null,
    multiAttach: raw.MultiAttachEnabled ?? false,
    createdAt: CreateTime.toISOString(),
    fromSnapshot: raw.SnapshotId || null,
    attachedTo: (raw.Attachments ?? [])
      .filter(({ State }) => State !== 'detached')
      .map(({ InstanceId }) => InstanceId ?? 'something AWS does not name'),
    tags: tagsOf(raw.Tags),
  };
}
