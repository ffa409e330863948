import { bucketNamed, FEED } from '../../sandbox/aws/worlds/buckets.ts';
import type { WorkflowBundle } from '../../src/workers/bundle-workflows.ts';
import { ada, type ToyBelay } from '../support/toy/start-toy-belay.ts';
import { startStorage, type StorageOptions } from '../workflows/compliance/start-storage.ts';

interface Shape {
  readonly world?: Omit<StorageOptions, 'temporal' | 'bundle'>;
  readonly decide?: 'approve' | 'deny';
}

/** The ways a run of `compliance/public-storage` can go. */
export const publicStorageShapes: Readonly<Record<string, Shape>> = {
  blocked: { decide: 'approve' },
  'nothing-wrong': { world: { opened: false } },
  denied: { decide: 'deny' },
  'readers-refused-undone': { world: { reader: 'other' }, decide: 'approve' },
  'no-access-log': {
    world: {
      arrange: ({ world }) => {
        bucketNamed(world, FEED).logging = undefined;
      },
    },
    decide: 'approve',
  },
};

/** One Belay per shape, each with an AWS of its own. Gives the id of the ended run. */
export async function runPublicStorage(
  temporal: string,
  bundle: WorkflowBundle,
  { world, decide }: Shape,
): Promise<{ belay: ToyBelay; run: string; stop: () => Promise<void> }> {
  const { belay, stop } = await startStorage({ temporal, bundle, ...world });
  const run = await belay.start({ stabilise: '2s' });
  if (decide) {
    const gate = await belay.openGate(run);
    await belay.doors.decide(gate.id, { decision: decide, digest: gate.digest }, ada);
  }
  await belay.ended(run);
  return { belay, run, stop };
}
