import { awsConnections } from '../../src/cli/compose/aws-connections.ts';
import { aws } from '../../src/tools/aws/index.ts';
import type { WorkflowBundle } from '../../src/workers/bundle-workflows.ts';
import { unattachedVolumes } from '../../src/workflows/cost/unattached-volumes.ts';
import { startSandboxAws } from '../../sandbox/aws/start-sandbox-aws.ts';
import { leaveVolumes } from '../../sandbox/aws/worlds/leftovers.ts';
import { ada, startToyBelay, type ToyBelay } from '../support/toy/start-toy-belay.ts';

/** What of a run is kept: its own history, or that of its second wave. */
export interface Recorded {
  readonly run: string;
  readonly workflowId: string;
}

interface Shape {
  /** Whether there are volumes at all. */
  readonly left: boolean;
  readonly decide?: 'approve' | 'deny';
  /** The child whose history is kept, in the place of the run's own. */
  readonly wave?: number;
}

/** The ways a run of `cost/unattached-volumes` can go, and a wave of one. */
export const unattachedVolumesShapes: Readonly<Record<string, Shape>> = {
  'nothing-left': { left: false },
  denied: { left: true, decide: 'deny' },
  'approved-and-measured': { left: true, decide: 'approve' },
  wave: { left: true, decide: 'approve', wave: 2 },
};

/** One small AWS and one Belay per shape. */
export async function runUnattachedVolumes(
  temporal: string,
  bundle: WorkflowBundle,
  { left, decide, wave }: Shape,
): Promise<Recorded & { belay: ToyBelay; stop: () => Promise<void> }> {
  const sandbox = await startSandboxAws({ pace: { snapshot: 0 } });
  if (left) leaveVolumes(sandbox.world);
  Object.assign(process.env, sandbox.env);
  const settings = {
    aws: awsConnections({ BELAY_AWS_ACCOUNTS: sandbox.env.BELAY_AWS_ACCOUNTS }),
  };
  const belay = await startToyBelay({
    temporal,
    bundle,
    world: { systems: [aws], runbooks: [unattachedVolumes], settings },
  });
  const run = await belay.start({ grace: '100ms', stabilise: '100ms', recheck: '100ms', firstWave: 2 });
  let workflowId = '';
  if (left) {
    const gate = await belay.openGate(run);
    await belay.doors.decide(gate.id, { decision: decide ?? 'deny', digest: gate.digest, reason: 'as recorded' }, ada);
    if (wave !== undefined) workflowId = `${run}/${gate.id}/${wave}`;
  }
  const ended = await belay.ended(run);
  return {
    belay,
    run,
    workflowId: workflowId === '' ? ended.workflowId : workflowId,
    stop: async () => {
      await belay.stop();
      await sandbox.stop();
    },
  };
}
