import { digestOf } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import type { AwsClient } from './client.ts';
import { ACTION_TAG, markFor, VOLUME_TAG } from './mark.ts';
import { toTagList } from './tags.ts';
import { listVolumes, type Volume } from './volume.ts';
import type { VolumePreState } from './volume-state.ts';
import { type Pace, waitUntil } from './wait-until.ts';

const OTHERS_TAGS = 48;

/** The volume that this action's undo made; undefined when there is none. */
export async function restoredVolume(
  client: AwsClient,
  { region }: Pick<VolumePreState, 'region'>,
  actionId: string,
  signal: AbortSignal,
): Promise<Volume | undefined> {
  const found = await listVolumes(client, region, { [`tag:${ACTION_TAG}`]: [markFor(actionId, 'undo')] }, signal);
  return found.find(({ state }) => state !== 'error') ?? found[0];
}

/**
 * A volume like the one that was deleted, from its snapshot, ready for use. EC2 makes one for one client token however
 * often it is asked. Throws `retry.not-yet` while it is being made, `stop.unsupported` when EC2 could not.
 */
export async function restoreVolume(
  client: AwsClient,
  was: VolumePreState,
  from: { readonly snapshotId: string; readonly actionId: string; readonly idempotencyKey: string },
  pace: Pace,
  signal: AbortSignal,
): Promise<Volume> {
  const { region, volumeId } = was;
  if ((await restoredVolume(client, was, from.actionId, signal)) === undefined)
    await client.ask(region, 'ec2.CreateVolume', likeBefore(was, from), signal);
  const volume = await waitUntil(
    `the volume in place of ${volumeId} is being made`,
    async () => {
      const found = await restoredVolume(client, was, from.actionId, signal);
      return found === undefined || found.state === 'creating' ? undefined : found;
    },
    pace,
    signal,
  );
  if (volume.state === 'error')
    throw new Failure(
      'stop.unsupported',
      `EC2 could not make volume ${volume.id} from ${from.snapshotId}: it is in state error`,
    );
  return volume;
}

function likeBefore(
  { volumeId, zone, type, sizeGib, iops, throughput, encrypted, kmsKeyId, multiAttach, tags }: VolumePreState,
  { snapshotId, actionId, idempotencyKey }: { snapshotId: string; actionId: string; idempotencyKey: string },
) {
  const { [ACTION_TAG]: _a, [VOLUME_TAG]: _v, ...others } = tags;
  const own = { [ACTION_TAG]: markFor(actionId, 'undo'), [VOLUME_TAG]: volumeId };
  // The API refuses iops for types that do not take them, also where it told them itself.
  const takesIops = ['gp3', 'io1', 'io2'].includes(type);
  return {
    // At most 64 characters.
    ClientToken: digestOf({ restore: idempotencyKey }).slice('sha256:'.length),
    SnapshotId: snapshotId,
    AvailabilityZone: zone,
    VolumeType: type,
    Size: sizeGib,
    ...(takesIops && iops !== null ? { Iops: iops } : {}),
    ...(type === 'gp3' && throughput !== null ? { Throughput: throughput } : {}),
    ...(encrypted ? { Encrypted: true } : {}),
    ...(encrypted && kmsKeyId !== null ? { KmsKeyId: kmsKeyId } : {}),
    ...(multiAttach ? { MultiAttachEnabled: true } : {}),
    TagSpecifications: [
      {
        ResourceType: 'volume' as const,
        Tags: [...toTagList(others).slice(0, OTHERS_TAGS), ...toTagList(own)],
      },
    ],
  };
}
