import { expect, test } from '@jest/globals';
import { describeReal } from '../../support/parts.ts';
import { ada, grace } from '../../support/toy/start-toy-belay.ts';
import { until } from '../../support/until.ts';
import { useToy } from './toy.ts';

const RUNBOOK = 'cost/lamps';

describeReal('acting on many', ['temporal', 'postgres'], () => {
  const toy = useToy();

  const names = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, n) => `${prefix}-${String(n).padStart(3, '0')}`);
  const start = (prefix: string, input: object = {}) => toy.belay.start({ prefix, ...input }, { runbook: RUNBOOK });
  const lit = (all: readonly string[]) => all.filter((name) => toy.belay.lamps.lamp(name).on);
  const batchItems = async (gate: string) => (await toy.belay.doors.batchItems(gate)) ?? [];
  const entriesOf = async (run: string, kind: string) =>
    (await toy.belay.doors.ledger(run)).filter((entry) => entry.kind === kind);

  test('one decision covers exactly the list, less what it takes out; each item has its own grant and its end on record', async () => {
    const { belay } = toy;
    const all = [...names('covers', 30), ...names('covers-attic', 10), 'covers-priceless'];
    belay.lamps.dark(...all);
    const run = await start('covers');
    const gate = await belay.openGate(run);
    expect(gate).toMatchObject({
      kind: 'batch',
      options: [{ actions: [], batch: { count: 41, unpriced: 1, tool: 'lamp.set' } }],
    });
    const [option] = gate.options;
    expect(option?.batch?.money).toEqual([{ amount: '60', currency: 'USD' }]);
    expect(option?.batch?.largest).toHaveLength(5);
    expect(option?.batch?.places).toEqual(
      expect.arrayContaining([
        { connection: 'default', count: 31 },
        { connection: 'attic', count: 10 },
      ]),
    );
    const items = await batchItems(gate.id);
    const [first, second] = items;
    const without = [first?.action ?? '', second?.action ?? ''];
    const answer = await belay.decide(run, { without });
    expect(answer).toMatchObject({ answer: 'recorded', complete: true, record: { without } });
    expect(await belay.ended(run)).toMatchObject({ outcome: 'fixed', state: 'finished' });
    expect(lit(all)).toHaveLength(39);
    expect((await batchItems(gate.id)).filter(({ fate }) => fate === 'taken-out').map(({ action }) => action)).toEqual(
      without,
    );
    expect(await entriesOf(run, 'action.executed')).toHaveLength(39);
    expect(await entriesOf(run, 'action.intended')).toHaveLength(39);
    const [report] = (await entriesOf(run, 'batch.reported')).slice(-1);
    expect(report?.body).toMatchObject({
      counts: { approved: 39, done: 39, skipped: 0, failed: 0 },
      estimated: [{ amount: '60', currency: 'USD' }],
      approved: [{ amount: '57', currency: 'USD' }],
    });
    expect(await entriesOf(run, 'savings.measured')).toHaveLength(1);
    expect(await belay.doors.gate(gate.id)).toMatchObject({ state: 'done' });
    expect(await belay.doors.verifyLedger()).toMatchObject({ ok: true, problems: [] });
  });

  test('nothing to do opens no gate; a place that cannot be read is named and leaves the others', async () => {
    const { belay } = toy;
    const empty = await start('nowhere');
    expect(await belay.ended(empty)).toMatchObject({ outcome: 'nothing-wrong' });
    belay.lamps.dark('partly-1', 'partly-attic');
    belay.lamps.at = (point, lamp) => {
      if (point === 'read' && lamp === 'attic') throw new Error('the attic is closed');
    };
    const run = await start('partly');
    const gate = await belay.openGate(run);
    belay.lamps.at = () => {};
    expect(gate.options[0]?.batch).toMatchObject({ count: 1 });
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'fixed' });
  }, 120_000);

  test('what changed since the card is skipped and said; the others are done', async () => {
    const { belay } = toy;
    const all = names('drift', 6);
    belay.lamps.dark(...all);
    const run = await start('drift');
    const gate = await belay.openGate(run);
    belay.lamps.lamp('drift-002').revision = 9;
    belay.lamps.state.delete('drift-004');
    await belay.approve(run);
    const ended = await belay.ended(run);
    expect(ended.summary).toContain('4 of 6 done, 2 skipped');
    const fates = await batchItems(gate.id);
    expect(fates.map(({ fate }) => fate)).toEqual(['done', 'done', 'skipped', 'done', 'skipped', 'done']);
    expect(fates[2]?.why).toContain('changed since it was approved');
  });

  test('the first failure stops it, when that is what is asked; what is done stays done and verified', async () => {
    const { belay } = toy;
    const all = names('fails', 9);
    belay.lamps.dark(...all);
    const { Failure } = await import('../../../src/domain/failure.ts');
    belay.lamps.at = (point, lamp) => {
      if (point === 'before' && lamp === 'fails-003') throw new Failure('stop.forbidden', 'the fuse is out');
    };
    const run = await start('fails', { size: 3, inFlight: 1 });
    const gate = await belay.openGate(run);
    await belay.approve(run);
    const ended = await belay.ended(run);
    belay.lamps.at = () => {};
    expect(ended).toMatchObject({ outcome: 'not-fixed', verdict: 'healthy' });
    expect(lit(all)).toEqual(['fails-000', 'fails-001', 'fails-002']);
    expect((await batchItems(gate.id)).find(({ fate }) => fate === 'failed')?.why).toContain('the fuse is out');
  });

  test('a verification that fails takes all of it back', async () => {
    const { belay } = toy;
    const all = names('liars', 12);
    belay.lamps.dark(...all);
    for (const name of all) belay.lamps.lamp(name).seemsOn = false;
    const run = await start('liars');
    const gate = await belay.openGate(run);
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'not-fixed', verdict: 'failed' });
    expect(lit(all)).toEqual([]);
    expect((await batchItems(gate.id)).every(({ fate }) => fate === 'undone')).toBe(true);
    expect(await belay.doors.verifyLedger()).toMatchObject({ ok: true });
  });

  test('a cancel in the middle begins nothing more and takes back what was done', async () => {
    const { belay } = toy;
    const all = names('cancels', 40);
    belay.lamps.dark(...all);
    let done = 0;
    let run = '';
    belay.lamps.at = async (point) => {
      if (point !== 'after') return;
      done += 1;
      if (done === 8) await belay.doors.cancel(run, ada, 'enough');
    };
    run = await start('cancels', { inFlight: 2 });
    await belay.openGate(run);
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ state: 'cancelled' });
    belay.lamps.at = () => {};
    expect(lit(all)).toEqual([]);
    expect(done).toBeLessThan(40);
  });

  test('a worker that dies in the middle leaves nothing twice and nothing out', async () => {
    const { belay } = toy;
    const all = names('dies', 60);
    belay.lamps.dark(...all);
    let crashes = 0;
    belay.lamps.at = (point, lamp) => {
      const crash = (point === 'before' && lamp.endsWith('7')) || (point === 'after' && lamp.endsWith('3'));
      if (crash && crashes < 9) {
        crashes += 1;
        throw new Error('connection reset');
      }
    };
    const run = await start('dies');
    await belay.openGate(run);
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    belay.lamps.at = () => {};
    expect(crashes).toBe(9);
    expect(lit(all)).toHaveLength(60);
    const effects = belay.lamps.effectsOn(run);
    expect(new Set(effects).size).toBe(effects.length);
  });

  test('a halt stops the wave where it is and it goes on when that is lifted', async () => {
    const { belay } = toy;
    const all = names('halts', 20);
    belay.lamps.dark(...all);
    const run = await start('halts', { inFlight: 1 });
    await belay.openGate(run);
    let begun = 0;
    belay.lamps.at = async (point) => {
      if (point !== 'after') return;
      begun += 1;
      if (begun === 5)
        await belay.doors.halt({ scope: { kind: 'tool', value: 'lamp.set' }, undo: false, reason: 'look' }, ada);
    };
    await belay.approve(run);
    await belay.note(run, /Halted/);
    expect(begun).toBe(5);
    belay.lamps.at = () => {};
    await belay.doors.resume({ reason: 'looked' }, ada);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(lit(all)).toHaveLength(20);
  });

  test('owners keep items while they may; a thousand answers leave the history as it is, and the last of them wakes the run', async () => {
    const { belay } = toy;
    const all = names('keeps', 1000);
    belay.lamps.dark(...all);
    const run = await start('keeps', { grace: '1h', owner: 'local:grace' });
    await belay.note(run, /asked 1 owner of/);
    const events = async () => (await (await belay.handle(run)).fetchHistory()).events ?? [];
    const before = await until('the run sleeps', async () => {
      const history = await events();
      return history.at(-1)?.timerStartedEventAttributes ? history.length : undefined;
    });
    const end = new Date(Date.now() + 30 * 24 * 3600_000).toISOString().slice(0, 10);
    const keep = (keys: string[], person = grace) =>
      belay.doors.keep(run, 'dark', { keys, reason: 'still needed', until: end }, person);
    const keys = all.map((name) => `lamp:room/${name}`);
    expect(await keep(keys.slice(0, 1), { id: 'slack:T1/UX', name: 'stranger', door: 'slack' })).toMatchObject({
      answer: 'refused',
    });
    // Several owners answer side by side, each for one item.
    for (let at = 0; at < 999; at += 10)
      await Promise.all(keys.slice(at, Math.min(at + 10, 999)).map((key) => keep([key], ada)));
    expect(await events()).toHaveLength(before);
    expect(await keep(keys.slice(999), ada)).toMatchObject({ answer: 'kept', count: 1 });
    expect(await belay.ended(run)).toMatchObject({ outcome: 'nothing-wrong' });
    expect(lit(all)).toEqual([]);
    const again = await start('keeps', { grace: '10ms' });
    expect(await belay.ended(again)).toMatchObject({ outcome: 'nothing-wrong' });
  }, 180_000);

  test('an item that somebody put into the list afterwards, or whose proof is of another batch, is granted nothing', async () => {
    const { belay } = toy;
    const all = names('forged', 4);
    belay.lamps.dark(...all);
    const run = await start('forged');
    const gate = await belay.openGate(run);
    const [first, second] = await batchItems(gate.id);
    const { db } = belay.context;
    const { proof } = await db
      .selectFrom('list_items')
      .select('proof')
      .where('action', '=', second?.action ?? '')
      .executeTakeFirstOrThrow();
    await db
      .updateTable('list_items')
      .set({ proof: JSON.stringify(proof) })
      .where('action', '=', first?.action ?? '')
      .execute();
    await belay.approve(run);
    await belay.ended(run);
    expect(lit(all)).toEqual(all.slice(1));
    expect(await until('its refusal', async () => (await entriesOf(run, 'grant.refused'))[0]?.body)).toMatchObject({
      action: first?.action,
      code: 'not-approved',
    });
  });
});
