import { beforeAll, describe, expect, test } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflows } from '../../src/workers/bundle-workflows.ts';
import { quietTemporal } from '../support/quiet-temporal.ts';
import { bundleToy } from '../support/toy/bundle-toy.ts';
import { badDeployShapes } from './bad-deploy-shapes.ts';
import { lampShapes, modelShapes } from './lamp-shapes.ts';
import { publicStorageShapes } from './public-storage-shapes.ts';
import { unattachedVolumesShapes } from './unattached-volumes-shapes.ts';

const FOLDER = join(import.meta.dirname, 'histories');
const shapesOf = (runbook: string): string[] =>
  readdirSync(join(FOLDER, runbook)).map((file) => file.replace(/\.json$/, ''));
const textOf = (runbook: string, shape: string): string => readFileSync(join(FOLDER, runbook, `${shape}.json`), 'utf8');

const FAMILIES: Readonly<Record<string, string>> = { 'unattached-volumes': 'cost', 'public-storage': 'compliance' };
const familyOf = (runbook: string): string => FAMILIES[runbook] ?? 'remediation';

/** `record.ts` makes them. A change of the engine that breaks one would break runs that are open: it needs `patched`. */
const recorded = ['lamp', 'bad-deploy', 'unattached-volumes', 'public-storage'].flatMap((runbook) =>
  shapesOf(runbook).map((shape) => ({ runbook, shape })),
);

describe('histories that were recorded', () => {
  const bundles: Record<string, { code: string }> = {};
  beforeAll(async () => {
    quietTemporal();
    bundles['lamp'] = (await bundleToy()).bundle;
    const shipped = (await bundleWorkflows()).bundle;
    Object.assign(bundles, { 'bad-deploy': shipped, 'unattached-volumes': shipped, 'public-storage': shipped });
  }, 60_000);

  const replay = async (runbook: string, history: string): Promise<void> => {
    const workflowBundle = bundles[runbook];
    if (!workflowBundle) throw new Error(`no bundle of ${runbook}`);
    await Worker.runReplayHistory(
      { workflowBundle },
      historyFromJSON(JSON.parse(history)),
      `${familyOf(runbook)}/${runbook}/r`,
    );
  };

  test.each(recorded)('$runbook, $shape: the engine of today decides the same', async ({ runbook, shape }) => {
    await replay(runbook, textOf(runbook, shape));
  });

  test('every shape has its history', () => {
    const lamps = Object.keys({ ...lampShapes, ...modelShapes });
    expect(shapesOf('lamp')).toEqual(expect.arrayContaining(lamps));
    expect(shapesOf('bad-deploy').toSorted()).toEqual(expect.arrayContaining(Object.keys(badDeployShapes).toSorted()));
    expect(shapesOf('unattached-volumes')).toEqual(expect.arrayContaining(Object.keys(unattachedVolumesShapes)));
    expect(shapesOf('public-storage')).toEqual(expect.arrayContaining(Object.keys(publicStorageShapes)));
  });

  test.each([
    ['another activity', (text: string) => text.replace('"name": "openGate"', '"name": "closeGate"')],
    ['another order', (text: string) => text.replace('"name": "begin"', '"name": "finish"')],
    ['another queue', (text: string) => text.replace('"name": "readTool"', '"name": "carryOut"')],
  ])('one that was changed (%s) is found out', async (_, change) => {
    const text = textOf('bad-deploy', 'undo-healthy');
    const changed = change(text);
    expect(changed).not.toBe(text);
    await expect(replay('bad-deploy', changed)).rejects.toThrow(DeterminismViolationError);
  });

  test('hold nothing of the machine they were recorded on', () => {
    for (const { runbook, shape } of recorded)
      expect(textOf(runbook, shape).match(/\/(home|root|work|Users|tmp)\/|\d+@/g) ?? []).toEqual([]);
  });
});
