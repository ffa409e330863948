import type { Instance as Ec2Instance } from '@aws-sdk/client-ec2';
import { Failure } from '../../domain/failure.ts';
import { type AwsClient, listIn } from './client.ts';
import { type Tags, tagsOf } from './tags.ts';

/** An EC2 instance as Belay knows it. */
export interface Instance {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly zone: string;
  readonly imageId: string;
  readonly launchedAt: string;
  /** Volumes among its block devices. */
  readonly volumeIds: readonly string[];
  readonly tags: Tags;
}

const PAGE = 1000;
const TOKEN = { answer: 'NextToken', ask: 'NextToken' } as const;

/** All instances of a region but terminated ones; every page, or a failure. */
export async function listInstances(client: AwsClient, region: string, signal: AbortSignal): Promise<Instance[]> {
  const pages = await client.pages(region, 'ec2.DescribeInstances', { MaxResults: PAGE }, TOKEN, signal);
  return pages
    .flatMap(({ Reservations }) =>
      listIn(Reservations, 'reservations').flatMap(({ Instances }) => listIn(Instances, 'instances').map(instanceOf)),
    )
    .filter(({ state }) => state !== 'terminated');
}

function instanceOf(raw: Ec2Instance): Instance {
  const { InstanceId: id, State, LaunchTime } = raw;
  if (id === undefined || State?.Name === undefined)
    throw new Failure(
      'stop.unsupported',
      `AWS described instance ${id ?? '(no id)'} only in part; it was not looked at`,
    );
  return {
    id,
    type: raw.InstanceType ?? 'unknown',
    state: State.Name,
    zone: raw.Placement?.AvailabilityZone ?? 'unknown',
    imageId: raw.ImageId ?? 'unknown',
    launchedAt: LaunchTime?.toISOString() ?? 'unknown',
    volumeIds: (raw.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.VolumeId ?? []),
    tags: tagsOf(raw.Tags),
  };
}
