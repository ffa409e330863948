import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bundleWorkflows, type WorkflowBundle } from '../../../src/workers/bundle-workflows.ts';
import { badDeployShapes, runBadDeploy } from '../../replay/bad-deploy-shapes.ts';
import { describeReal } from '../../support/parts.ts';
import { quietTemporal } from '../../support/quiet-temporal.ts';
import { type RunningTemporal, startTemporal } from '../../support/start-temporal.ts';

describeReal('remediation/bad-deploy, over a cluster that says what the test wrote', ['temporal', 'postgres'], () => {
  let temporal: RunningTemporal;
  let bundle: WorkflowBundle;
  beforeAll(async () => {
    quietTemporal();
    temporal = await startTemporal();
    bundle = await bundleWorkflows();
  }, 120_000);
  afterAll(async () => {
    await temporal?.stop();
  });

  const ends: Record<keyof typeof badDeployShapes, { outcome: string; effects: string[]; options: string[] }> = {
    'undo-healthy': { outcome: 'fixed', effects: ['execute'], options: ['undo-rollout', 'restart', 'watch'] },
    'nothing-wrong': { outcome: 'nothing-wrong', effects: [], options: [] },
    denied: { outcome: 'denied', effects: [], options: ['undo-rollout', 'restart', 'watch'] },
    'verification-failed-undone': {
      outcome: 'not-fixed',
      effects: ['execute', 'undo'],
      options: ['undo-rollout', 'restart', 'watch'],
    },
    inconclusive: { outcome: 'inconclusive', effects: ['execute'], options: ['undo-rollout', 'restart', 'watch'] },
    'gitops-owned': { outcome: 'not-fixed', effects: [], options: ['revert-by-hand', 'watch'] },
  };

  test.each(Object.entries(badDeployShapes))('%s', async (name, shape) => {
    const { belay, run, cluster } = await runBadDeploy(temporal.address, bundle, shape);
    try {
      const { outcome, effects, options } = ends[name] ?? { outcome: 'not expected', effects: [], options: [] };
      expect(await belay.doors.run(run)).toMatchObject({ state: 'finished', outcome });
      expect(cluster.effects).toEqual(effects.map((phase) => `${run}/1 ${phase}`));
      const [gate] = await belay.doors.gates({ run });
      expect(gate?.options.map(({ id }) => id) ?? []).toEqual(options);
      expect(await belay.doors.verifyLedger()).toMatchObject({ ok: true });
    } finally {
      await belay.stop();
    }
  });
});
