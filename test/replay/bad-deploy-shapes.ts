import type { WorkflowBundle } from '../../src/workers/bundle-workflows.ts';
import { badDeploy } from '../../src/workflows/remediation/bad-deploy.ts';
import { ScriptedCluster, scriptedSystems } from '../support/scripted/cluster.ts';
import { ada, startToyBelay, type ToyBelay } from '../support/toy/start-toy-belay.ts';
import { findings } from '../workflows/remediation/findings.ts';

interface Shape {
  readonly seen?: Parameters<typeof findings>[0];
  readonly after?: ScriptedCluster['after'];
  readonly decide?: 'approve' | 'deny';
}

const owner = { kind: 'argocd' as const, name: 'shop-app', paused: false };

/** The ways a run of `remediation/bad-deploy` can go. */
export const badDeployShapes: Readonly<Record<string, Shape>> = {
  'undo-healthy': {},
  'nothing-wrong': { seen: { errors: 0.001 } },
  denied: { decide: 'deny' },
  'verification-failed-undone': { after: 0.4 },
  inconclusive: { after: 'none' },
  'gitops-owned': { seen: { workload: { owner } } },
};

/** One Belay per shape: each has its own scripted cluster. Gives the id of the ended run's workflow. */
export async function runBadDeploy(
  temporal: string,
  bundle: WorkflowBundle,
  shape: Shape,
): Promise<{ belay: ToyBelay; run: string; cluster: ScriptedCluster }> {
  const cluster = new ScriptedCluster(findings(shape.seen));
  cluster.after = shape.after ?? 0.001;
  const belay = await startToyBelay({
    temporal,
    bundle,
    world: {
      systems: scriptedSystems(cluster),
      runbooks: [badDeploy],
      settings: { kubernetes: { default: {} }, prometheus: { default: {} } },
    },
  });
  const run = await belay.start({ namespace: 'shop', name: 'checkout', stabilise: '1s' });
  if ((shape.seen?.errors ?? 1) !== 0.001) {
    const gate = await belay.openGate(run);
    await belay.doors.decide(gate.id, { decision: shape.decide ?? 'approve', digest: gate.digest }, ada);
  }
  await belay.ended(run);
  return { belay, run, cluster };
}
