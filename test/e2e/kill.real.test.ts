import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { setStage, type Stage } from '../../src/cli/demo/stage.ts';
import { GateList, LedgerReport, RunList } from '../../src/cli/views.ts';
import { describeReal, requirePart } from '../support/parts.ts';
import { until } from '../support/until.ts';

const Entries = z.object({
  entries: z.array(z.looseObject({ kind: z.string(), body: z.record(z.string(), z.unknown()) })),
});

describeReal('belay up on a shop that fails, killed with kill -9', ['temporal'], () => {
  let stage: Stage;
  beforeAll(async () => {
    process.env['BELAY_PARTS'] ??= dirname(dirname(requirePart('temporal')));
    stage = await setStage(() => undefined);
  }, 120_000);
  afterAll(async () => {
    await stage?.close();
  }, 60_000);

  test('while the approval is open, and again right after it was given: one approval, exactly one rollback', async () => {
    const { client } = stage;
    await stage.breakIt();
    const openGate = async () => (await client.get('/api/gates?state=open', GateList)).gates[0];
    const before = await until('an approval is asked for', openGate, { within: 60_000, every: 250 });

    await stage.killAndRestart();
    const after = await openGate();
    expect(after).toEqual(before);

    const [option] = before.options;
    const decision = {
      decision: 'approve',
      option: option?.id,
      digest: option?.digest,
      reason: 'the last version ran',
    };
    await client.post(`/api/gates/${before.id}/decisions`, decision, z.unknown());
    await stage.killAndRestart();

    const run = await until(
      'the run is over',
      async () => (await client.get('/api/runs', RunList)).runs.find(({ state }) => state === 'finished'),
      { within: 90_000, every: 500 },
    );
    expect(run).toMatchObject({ id: before.run, outcome: 'fixed', verdict: 'healthy' });
    const { entries } = await client.get(`/api/ledger?run=${run.id}`, Entries);
    const kinds = entries.map(({ kind }) => kind);
    for (const once of ['gate.opened', 'decision.recorded', 'action.intended', 'action.executed'])
      expect(kinds.filter((kind) => kind === once)).toEqual([once]);
    // Revision 1 ran, 2 was the bad one, 3 is the rollback: a second rollback would have made a fourth.
    expect(
      JSON.stringify(entries)
        .match(/revision \d+, 3 of 3 ready/g)
        ?.at(-1),
    ).toBe('revision 3, 3 of 3 ready');
    expect(await client.get('/api/ledger/verify', LedgerReport)).toMatchObject({ ok: true, problems: [] });
  }, 240_000);
});
