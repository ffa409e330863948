import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import type { ActionOutcome } from '../../domain/grant.ts';
import { defineTool, type Execution, type ToolContext, type ToolPreview } from '../../sdk/define-tool.ts';
import { awsCode } from './aws-failure.ts';
import type { AwsClient } from './client.ts';
import { completeSnapshot, ownSnapshot } from './keep-snapshot.ts';
import { ACTION_TAG } from './mark.ts';
import { done, failed, orRefused } from './outcome.ts';
import { restoredVolume, restoreVolume } from './restore-volume.ts';
import { Region } from './settings.ts';
import { asksToBeKept } from './tags.ts';
import { nameOf, targetOf } from './target.ts';
import { findVolume, inUse, kindOf, knownBy, readVolume, type Volume, VolumeId, volumesById } from './volume.ts';
import { changedSince, preconditionOf, preStateOf, VolumePreState } from './volume-state.ts';
import { PACE, type Pace } from './wait-until.ts';

const Input = z.strictObject({ region: Region, volumeId: VolumeId });
type Args = z.output<typeof Input>;
type Context = ToolContext<AwsClient>;
const PostState = z.object({ volumeId: z.string(), snapshotId: z.string() });

const ofVolume = ({ region, volumeId }: Args): string => nameOf({ kind: 'volume', id: volumeId, region });

/** The tool at a pace; tests wait shorter. */
export const snapshotAndDeleteVolumeAt = (pace: Pace) =>
  defineTool({
    name: 'aws.snapshot_and_delete_volume',
    title: 'Delete an unattached volume, keeping a snapshot',
    description:
      'Makes a snapshot of an EBS volume that is attached to nothing, waits until it is complete, looks once more that nobody uses ' +
      'the volume, and deletes it. Undone, a volume of the same zone, type, size and tags is made from the snapshot, under a new id.',
    risk: 'destructive',
    // The volume comes back with its content, and never with its id.
    reversible: 'partly',
    // EC2 itself refuses to delete a volume that is attached, and an id that was deleted is never given again.
    safeToRepeat: 'compare-and-set',
    input: Input,
    timeout: '1m',

    async preview(args, context: Context) {
      const { client, signal } = context;
      const { account } = await client.identity(signal);
      const volume = await readVolume(client, args.region, args.volumeId, signal);
      const preview = previewOf(volume, args, account, context);
      if ('problem' in preview) throw new Failure('stop.invalid-input', preview.problem);
      if (!context.looksOnly) await mayDelete(args, context);
      return preview;
    },

    async previewMany(all, context: Context) {
      const { client, signal } = context;
      const { account } = await client.identity(signal);
      const there = new Map<string, Volume>();
      for (const region of new Set(all.map((args) => args.region))) {
        const ids = all.flatMap((args) => (args.region === region ? [args.volumeId] : []));
        for (const [id, volume] of await volumesById(client, region, ids, signal)) there.set(`${region} ${id}`, volume);
      }
      const previews = all.map((args) => {
        const volume = there.get(`${args.region} ${args.volumeId}`);
        return volume === undefined
          ? { problem: `there is no ${ofVolume(args)} any more` }
          : previewOf(volume, args, account, context);
      });
      // Whether the credential may is asked once for each region: of thousands, for each would take an hour.
      if (!context.looksOnly)
        for (const region of new Set(all.map((args) => args.region))) {
          const first = all.find(
            (args, at) => args.region === region && !('problem' in (previews[at] ?? { problem: '' })),
          );
          if (first !== undefined) await mayDelete(first, context);
        }
      return previews;
    },

    async observe({ region, volumeId }, _execution, { client, signal }: Context) {
      return preconditionOf(await readVolume(client, region, volumeId, signal), client);
    },

    async execute(args, execution, context: Context) {
      const { client, signal } = context;
      const was = VolumePreState.parse(execution.preState);
      let kept = '';
      return await orRefused(
        async () => {
          const before = await findVolume(client, args.region, args.volumeId, signal);
          const changed = before === null ? undefined : changedSince(before, execution.precondition, client);
          if (changed !== undefined) return failed(`Nothing was deleted: ${changed}`);
          const snapshot = await completeSnapshot(client, was, execution.actionId, pace, signal);
          kept = `; its snapshot ${snapshot.id} is kept`;
          return await deleteVolume(args, execution, snapshot.id, context);
        },
        (why) => `Nothing was deleted: ${why}${kept}`,
      );
    },

    async reconcile(args, execution, { client, signal }: Context) {
      const volume = await findVolume(client, args.region, args.volumeId, signal);
      if (volume !== null) return { status: 'not-done' };
      const snapshot = await ownSnapshot(client, { ...args }, execution.actionId, signal);
      if (snapshot?.state === 'completed') return { status: 'done', outcome: deleted(args, execution, snapshot.id) };
      if (snapshot?.state === 'pending')
        throw new Failure('retry.not-yet', `${ofVolume(args)} is gone, and its snapshot ${snapshot.id} is under way`, {
          retryAfterMs: pace.retryAfterMs,
        });
      const why = snapshot === undefined ? 'there is no snapshot of this action' : `snapshot ${snapshot.id} failed`;
      return { status: 'unknown', why: `${ofVolume(args)} is gone, and ${why}: somebody else deleted it` };
    },

    undo: {
      async stillOurs(args, execution, { client, signal }: Context) {
        if ((await findVolume(client, args.region, args.volumeId, signal)) !== null) return false;
        return (await ownSnapshot(client, args, execution.actionId, signal))?.state === 'completed';
      },

      execute: async (args, execution, { client, signal }: Context) =>
        await orRefused(
          async () => {
            const was = VolumePreState.parse(execution.preState);
            const { actionId, idempotencyKey } = execution;
            const snapshot = await ownSnapshot(client, args, actionId, signal);
            if (snapshot?.state !== 'completed')
              return failed(`Nothing was made: the snapshot of ${ofVolume(args)} is gone`);
            const from = { snapshotId: snapshot.id, actionId, idempotencyKey };
            return restored(args, await restoreVolume(client, was, from, pace, signal), snapshot.id);
          },
          (why) => `${ofVolume(args)} was not made again: ${why}`,
        ),

      async reconcile(args, execution, { client, signal }: Context) {
        const volume = await restoredVolume(client, args, execution.actionId, signal);
        if (volume === undefined || volume.state === 'creating') return { status: 'not-done' };
        if (volume.state === 'error') return { status: 'unknown', why: `volume ${volume.id} is in state error` };
        const { snapshotId } = PostState.parse(execution.postState);
        return { status: 'done', outcome: restored(args, volume, snapshotId) };
      },
    },
  });

/** `aws.snapshot_and_delete_volume`: deletes an unattached volume and keeps what was on it. */
export const snapshotAndDeleteVolume = snapshotAndDeleteVolumeAt(PACE);

function previewOf(
  volume: Volume,
  args: Args,
  account: string,
  { client, connection }: Context,
): ToolPreview | { readonly problem: string } {
  const { region, volumeId } = args;
  const used = inUse(volume);
  if (used !== undefined) return { problem: `${used}; only what nobody uses is deleted` };
  if (asksToBeKept(volume.tags, client.keepTags)) return { problem: `a tag of volume ${volumeId} asks to keep it` };
  const what = `${knownBy(volume)}, made ${volume.createdAt.slice(0, 10)}`;
  return {
    target: targetOf({ account, region, kind: 'volume', id: volumeId }, connection, volume.tags),
    sentence: `Delete ${ofVolume(args)} (${what}) after a snapshot of it is complete`,
    diff: `-volume ${volumeId}: ${what}, in ${volume.zone}\n+snapshot of ${volumeId}\n`,
    blastRadius: { count: 1, unit: 'volumes' },
    precondition: preconditionOf(volume, client),
    preState: preStateOf(volume, account, region),
    undo: `Make a volume like it from the snapshot: ${kindOf(volume)} in ${volume.zone}, same tags, under a new id`,
    owner: null,
    command:
      `snapshot=$(aws ec2 create-snapshot --region ${region} --volume-id ${volumeId} --query SnapshotId --output text) && ` +
      `aws ec2 wait snapshot-completed --region ${region} --snapshot-ids "$snapshot" && ` +
      `aws ec2 delete-volume --region ${region} --volume-id ${volumeId}`,
    money: client.prices().volume(region, volume),
  };
}

/** Asks EC2 whether this credential may, without doing it; a right that is missing is said now, not after somebody approved. */
async function mayDelete({ region, volumeId }: Args, { client, signal }: Context): Promise<void> {
  const wouldDo = (error: unknown): void => {
    if (awsCode(error) !== 'DryRunOperation') throw error;
  };
  const dry = { VolumeId: volumeId, DryRun: true };
  // With a tag, as the real one: tags ask for a right of their own.
  const tagged = {
    TagSpecifications: [{ ResourceType: 'snapshot' as const, Tags: [{ Key: ACTION_TAG, Value: 'preview' }] }],
  };
  await client.ask(region, 'ec2.CreateSnapshot', { ...dry, ...tagged }, signal).catch(wouldDo);
  await client.ask(region, 'ec2.DeleteVolume', dry, signal).catch(wouldDo);
}

/** The last look and the delete. EC2 refuses it by itself for a volume that was attached in between. */
async function deleteVolume(
  args: Args,
  execution: Execution,
  snapshotId: string,
  context: Context,
): Promise<ActionOutcome> {
  const { client, signal } = context;
  const volume = await findVolume(client, args.region, args.volumeId, signal);
  if (volume === null) return deleted(args, execution, snapshotId);
  const changed = changedSince(volume, execution.precondition, client);
  if (changed !== undefined) return failed(`Nothing was deleted: ${changed}; its snapshot ${snapshotId} is kept`);
  await client.ask(args.region, 'ec2.DeleteVolume', { VolumeId: args.volumeId }, signal);
  return deleted(args, execution, snapshotId);
}

function deleted(args: Args, { preState }: Execution, snapshotId: string): ActionOutcome {
  const summary = `Deleted ${ofVolume(args)} (${kindOf(VolumePreState.parse(preState))}); snapshot ${snapshotId} keeps what was on it`;
  return done(summary, { volumeId: args.volumeId, snapshotId });
}

const restored = (args: Args, volume: Volume, snapshotId: string): ActionOutcome =>
  done(`Made volume ${volume.id} from snapshot ${snapshotId}, in place of ${ofVolume(args)}; the snapshot is kept`, {
    volumeId: volume.id,
    snapshotId,
  });
