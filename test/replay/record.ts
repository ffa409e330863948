/**
 * Records the histories that `replay.test.ts` holds the engine to: `node test/replay/record.ts [--all]`.
 *
 * Each is a real run on a real Temporal and a real PostgreSQL. A history that is there is left alone: it stands for runs
 * that are open in the field, and the engine must go on replaying it. Delete a file, or give `--all`, only while no
 * released version could have made it; a change of the engine that breaks one needs `patched`, not a new recording.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflows } from '../../src/workers/bundle-workflows.ts';
import { ModelDouble } from '../agents/support/model-double.ts';
import { quietTemporal } from '../support/quiet-temporal.ts';
import { startPostgres } from '../support/start-postgres.ts';
import { startTemporal } from '../support/start-temporal.ts';
import { startToyBelay, type ToyBelay } from '../support/toy/start-toy-belay.ts';
import { badDeployShapes, runBadDeploy } from './bad-deploy-shapes.ts';
import { lampShapes, modelShapes } from './lamp-shapes.ts';
import { publicStorageShapes, runPublicStorage } from './public-storage-shapes.ts';
import { runUnattachedVolumes, unattachedVolumesShapes } from './unattached-volumes-shapes.ts';

const fileOf = (runbook: string, shape: string): string =>
  join(import.meta.dirname, 'histories', runbook, `${shape}.json`);
const wanted = (runbook: string, shape: string): boolean =>
  process.argv.includes('--all') || !existsSync(fileOf(runbook, shape));

/** What differs from machine to machine and means nothing to a replay. */
const scrub = (key: string, value: unknown): unknown => {
  if (key === 'identity') return 'recorder';
  if (key === 'stackTrace') return '';
  // A worker's own queue is named after its process and machine.
  if (key === 'name' && typeof value === 'string' && /^\d+@/.test(value)) return 'sticky';
  return value;
};

/** Keeps a run's history, or that of another workflow of it. */
async function save(belay: ToyBelay, run: string, runbook: string, shape: string, workflowId?: string): Promise<void> {
  await belay.ended(run);
  const handle = workflowId === undefined ? await belay.handle(run) : belay.client.workflow.getHandle(workflowId);
  await handle.result().catch(() => undefined);
  const history: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()), scrub);
  const file = fileOf(runbook, shape);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(history, null, 1)}\n`);
  process.stdout.write(`${runbook}/${shape}\n`);
}

quietTemporal();
const postgres = await startPostgres();
process.env['BELAY_TEST_DATABASE_URL'] = postgres.url;
const temporal = await startTemporal();
try {
  const lamps = Object.entries(lampShapes).filter(([shape]) => wanted('lamp', shape));
  if (lamps.length > 0) {
    const belay = await startToyBelay({ temporal: temporal.address });
    for (const [shape, go] of lamps) {
      belay.lamps.dark(shape, `${shape} 2`);
      await save(belay, await go(belay, shape), 'lamp', shape);
      belay.lamps.at = () => {};
    }
    await belay.stop();
  }
  const byModel = Object.entries(modelShapes).filter(([shape]) => wanted('lamp', shape));
  if (byModel.length > 0) {
    const model = await ModelDouble.start();
    const settings = { model: 'double-1', apiKey: 'k', baseUrl: model.baseUrl };
    const belay = await startToyBelay({ temporal: temporal.address, model: settings });
    for (const [shape, { answers, go }] of byModel) {
      belay.lamps.dark(shape, `${shape} 2`);
      model.script(...answers(shape));
      await save(belay, await go(belay, shape), 'lamp', shape);
    }
    await belay.stop();
    await model.stop();
  }
  const bundle = await bundleWorkflows();
  for (const [shape, how] of Object.entries(badDeployShapes)) {
    if (!wanted('bad-deploy', shape)) continue;
    const { belay, run } = await runBadDeploy(temporal.address, bundle, how);
    await save(belay, run, 'bad-deploy', shape);
    await belay.stop();
  }
  for (const [shape, how] of Object.entries(unattachedVolumesShapes)) {
    if (!wanted('unattached-volumes', shape)) continue;
    const { belay, run, workflowId, stop } = await runUnattachedVolumes(temporal.address, bundle, how);
    await save(belay, run, 'unattached-volumes', shape, workflowId);
    await stop();
  }
  for (const [shape, how] of Object.entries(publicStorageShapes)) {
    if (!wanted('public-storage', shape)) continue;
    const { belay, run, stop } = await runPublicStorage(temporal.address, bundle, how);
    await save(belay, run, 'public-storage', shape);
    await stop();
  }
} finally {
  await temporal.stop();
  await postgres.stop();
}
