import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadTeam } from '../../src/cli/compose/team.ts';
import { buildRegistry } from '../../src/tools/registry.ts';
import { buildManifest } from '../../src/workers/build-manifest.ts';
import { bundleWorkflows } from '../../src/workers/bundle-workflows.ts';
import { describeReal } from '../support/parts.ts';
import { type RunningTemporal, startTemporal } from '../support/start-temporal.ts';
import { ada, startToyBelay, type ToyBelay } from '../support/toy/start-toy-belay.ts';
import { until } from '../support/until.ts';
import { startFlagServer } from './flag-server.ts';

const folder = fileURLToPath(new URL('../../examples/flags', import.meta.url));

describeReal('examples/flags, the team that the documentation writes', ['temporal', 'postgres'], () => {
  const scratch = mkdtempSync(join(tmpdir(), 'belay-example-'));
  let temporal: RunningTemporal;
  let belay: ToyBelay;
  let server: Awaited<ReturnType<typeof startFlagServer>>;
  beforeAll(async () => {
    const team = await loadTeam(folder, scratch);
    server = await startFlagServer('new-checkout', 'moved', 'quiet');
    temporal = await startTemporal();
    belay = await startToyBelay({
      temporal: temporal.address,
      bundle: await bundleWorkflows(team.workflowEntry),
      world: {
        systems: team.config.systems ?? [],
        runbooks: team.runbooks,
        settings: { flags: { default: { url: server.url } } },
      },
    });
  }, 120_000);
  afterAll(async () => {
    await belay?.stop();
    await temporal?.stop();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  test('loads from its folder: one system with its connection, two tools, one runbook that alerts can start', async () => {
    const { config, runbooks } = await loadTeam(folder, scratch);
    const registry = buildRegistry(config.systems ?? []);
    const manifest = buildManifest(registry, runbooks, { flags: ['default'] }, `sha256:${'0'.repeat(64)}`);
    expect(manifest.tools.map(({ name, risk }) => [name, risk])).toEqual([
      ['flags.read', 'read'],
      ['flags.set', 'write'],
    ]);
    expect(manifest.runbooks).toMatchObject([
      { name: 'remediation/kill-switch', fromAlert: { flag: ['feature_flag'] }, tools: ['flags.read', 'flags.set'] },
    ]);
    expect(config.connections).toEqual({ flags: { default: { url: expect.any(String) } } });
  });

  test('asks a person, turns the flag off once under its action id, and verifies it', async () => {
    const run = await belay.start({ flag: 'new-checkout', stabilise: '1s' });
    const gate = await belay.openGate(run);
    expect(gate.options[0]?.actions[0]).toMatchObject({
      sentence: 'Turn flag new-checkout off',
      undo: 'Turn flag new-checkout on again',
      precondition: { enabled: true, version: 1 },
    });
    expect(server.changes).toEqual([]);
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'fixed', verdict: 'healthy' });
    expect(server.flags.get('new-checkout')).toMatchObject({ enabled: false, version: 2 });
    expect(server.changes).toEqual([`belay ${run}/1 execute`]);
  });

  test('cancelled after the change: the flag is on again, from what was recorded before', async () => {
    const run = await belay.start({ flag: 'quiet', stabilise: '10m' });
    await belay.approve(run);
    await belay.note(run, /done: Turned quiet off/);
    await belay.doors.cancel(run, ada, 'wrong flag');
    expect(await belay.ended(run)).toMatchObject({ state: 'cancelled', summary: `Cancelled. Undone: ${run}/1.` });
    expect(server.flags.get('quiet')).toMatchObject({ enabled: true, changedBy: `belay ${run}/1 undo` });
  });

  test('somebody changes the flag between approval and execution: it is asked about again', async () => {
    const run = await belay.start({ flag: 'moved', stabilise: '1s' });
    const first = await belay.openGate(run);
    server.flags.set('moved', { name: 'moved', enabled: true, version: 7, changedBy: 'a person' });
    await belay.approve(run);
    await until('it is asked about again', async () => {
      const [gate] = await belay.doors.gates({ run, state: 'open' });
      return gate !== undefined && gate.id !== first.id;
    });
    expect(server.flags.get('moved')).toMatchObject({ enabled: true, version: 7 });
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(server.changes.filter((mark) => mark.startsWith(`belay ${run}`))).toEqual([`belay ${run}/2 execute`]);
  });
});
