import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import type { AwsClient } from './client.ts';
import type { Resource } from './target.ts';
import { type Tags, tagsOf } from './tags.ts';

/** A volume, snapshot or instance, by its id. */
export const ResourceId = z
  .string()
  .regex(/^(vol|snap|i)-[0-9a-f]{8,17}$/, 'is no id of a volume, snapshot or instance')
  .describe('Id of a volume, snapshot or instance');

export function kindOfResource(id: string): Resource['kind'] {
  if (id.startsWith('vol-')) return 'volume';
  return id.startsWith('snap-') ? 'snapshot' : 'instance';
}

/** Its tags, read from the thing itself: a list of tags does not tell one that has none from one that is not there. */
export async function readTags(client: AwsClient, region: string, id: string, signal: AbortSignal): Promise<Tags> {
  const found = await tagsById(client, region, id, signal);
  if (found === undefined) throw new Failure('stop.not-found', `There is no ${kindOfResource(id)} ${id} in ${region}`);
  return tagsOf(found.Tags);
}

async function tagsById(client: AwsClient, region: string, id: string, signal: AbortSignal) {
  const kind = kindOfResource(id);
  if (kind === 'volume')
    return (await client.ask(region, 'ec2.DescribeVolumes', { VolumeIds: [id] }, signal)).Volumes?.[0];
  if (kind === 'snapshot')
    return (await client.ask(region, 'ec2.DescribeSnapshots', { SnapshotIds: [id] }, signal)).Snapshots?.[0];
  const { Reservations = [] } = await client.ask(region, 'ec2.DescribeInstances', { InstanceIds: [id] }, signal);
  return Reservations[0]?.Instances?.[0];
}
