import { Failure } from '../../domain/failure.ts';
import type { AwsClient } from './client.ts';
import { ACTION_TAG, markFor, VOLUME_TAG } from './mark.ts';
import { listSnapshots, type Snapshot } from './snapshot.ts';
import { toTagList } from './tags.ts';
import type { VolumePreState } from './volume-state.ts';
import { type Pace, waitUntil } from './wait-until.ts';

/** AWS allows 50 tags; two are Belay's. */
const OTHERS_TAGS = 48;

/** The snapshot that this action made of the volume, finished ones first; undefined when it made none. */
export async function ownSnapshot(
  client: AwsClient,
  { region, volumeId }: Pick<VolumePreState, 'region' | 'volumeId'>,
  actionId: string,
  signal: AbortSignal,
): Promise<Snapshot | undefined> {
  const filters = { [`tag:${ACTION_TAG}`]: [markFor(actionId, 'execute')], 'volume-id': [volumeId] };
  const all = await listSnapshots(client, region, filters, signal);
  return all.find(({ state }) => state === 'completed') ?? all[0];
}

/**
 * The action's snapshot, complete and of this volume. Begun where there is none yet; EC2 takes no client token for it, so
 * one that was made and is not listed yet would be made twice: it costs a little, and nothing is lost.
 * Throws `retry.not-yet` while it is under way, `stop.unsupported` when it failed or is not what it must be.
 */
export async function completeSnapshot(
  client: AwsClient,
  volume: VolumePreState,
  actionId: string,
  pace: Pace,
  signal: AbortSignal,
): Promise<Snapshot> {
  const { region, volumeId, sizeGib } = volume;
  const begun =
    (await ownSnapshot(client, volume, actionId, signal))?.id ?? (await begin(client, volume, actionId, signal));
  const snapshot = await waitUntil(
    `snapshot ${begun} of ${volumeId} is under way`,
    async () => {
      const found = await ownSnapshot(client, volume, actionId, signal);
      return found === undefined || found.state === 'pending' ? undefined : found;
    },
    pace,
    signal,
  );
  if (snapshot.state !== 'completed')
    throw new Failure(
      'stop.unsupported',
      `its snapshot ${snapshot.id} in ${region} is ${snapshot.state}, not completed`,
    );
  if (snapshot.volumeId !== volumeId || snapshot.sizeGib !== sizeGib)
    throw new Failure(
      'stop.unsupported',
      `snapshot ${snapshot.id} is of ${snapshot.volumeId} with ${snapshot.sizeGib} GiB, not of ${volumeId} with ${sizeGib} GiB`,
    );
  return snapshot;
}

async function begin(
  client: AwsClient,
  { region, volumeId, tags }: VolumePreState,
  actionId: string,
  signal: AbortSignal,
): Promise<string> {
  const { [ACTION_TAG]: _a, [VOLUME_TAG]: _v, ...others } = tags;
  const own = { [ACTION_TAG]: markFor(actionId, 'execute'), [VOLUME_TAG]: volumeId };
  const Tags = [...toTagList(others).slice(0, OTHERS_TAGS), ...toTagList(own)];
  const input = {
    VolumeId: volumeId,
    Description: `Belay ${actionId}: kept before ${volumeId} is deleted`,
    TagSpecifications: [{ ResourceType: 'snapshot' as const, Tags }],
  };
  const { SnapshotId } = await client.ask(region, 'ec2.CreateSnapshot', input, signal);
  if (SnapshotId === undefined)
    throw new Failure('retry.unreachable', `AWS gave no id for the snapshot of ${volumeId}`);
  return SnapshotId;
}
