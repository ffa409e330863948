import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Preview } from '../../../src/domain/action.ts';
import { digestOf } from '../../../src/domain/digest.ts';
import { type AuthorityFixture, ANN, BOB, OBSERVED, startAuthority } from '../../support/authority-fixture.ts';
import { itemOf, keyOf, listsOf } from '../../support/list-authority.ts';
import { describeReal } from '../../support/parts.ts';

const HOUR = 3_600_000;

describeReal('a batch gate', ['postgres'], () => {
  let belay: AuthorityFixture;
  let lists: ReturnType<typeof listsOf>;
  beforeAll(async () => {
    belay = await startAuthority();
    lists = listsOf(belay);
  }, 60_000);
  afterAll(() => belay?.close());

  const entries: AuthorityFixture['entries'] = (...of) => belay.entries(...of);
  const lock = (of: { run: string; execution: string }, actions: readonly string[]) =>
    belay.authority.lock({ ...of, actions: [...actions] });
  const fates = async (gate: string) => ((await belay.doors.batchItems(gate)) ?? []).map(({ fate }) => fate);

  /** An approved batch whose targets are locked. */
  async function approved(names: readonly string[], without?: (actions: readonly string[]) => string[]) {
    const of = await belay.startRun();
    const asked = await lists.batch(of, names);
    const more = without ? { without: without(asked.actions) } : {};
    const answer = await belay.decide(asked.on, ANN, 'approve', more);
    if (answer.answer !== 'recorded') throw new Error(JSON.stringify(answer));
    await lock(of, asked.actions);
    return { of, ...asked };
  }

  test('asks once, about exactly what was previewed; what could not be is counted with why', async () => {
    const of = await belay.startRun();
    const see = (name: string): Partial<Preview> | { problem: string } =>
      name.startsWith('gone') ? { problem: 'it is not there any more' } : {};
    const { gate } = await lists.batch(of, ['ok-1', 'gone', 'ok-2', 'gone-too'], see);
    expect(gate.options[0]?.batch).toMatchObject({
      count: 2,
      leftOut: [{ count: 2, why: 'it is not there any more' }],
      blastRadius: { count: 6, unit: 'pods' },
    });
    expect(await lists.ask(of, 'found')).toMatchObject({ answer: 'opened', gate: gate.id });
    expect(await belay.doors.gates({ run: of.run })).toHaveLength(1);
  });

  test('is not opened where nothing can be offered, nor for a run that only looks', async () => {
    const of = await belay.startRun();
    await lists.closed(of, 'found', [itemOf('a')]);
    await lists.previewed(of, 'found', () => ({ problem: 'it is in use' }));
    expect(await lists.ask(of, 'found')).toMatchObject({
      answer: 'nothing-to-offer',
      message: expect.stringContaining('in use'),
    });
    const looking = await belay.startRun({ mode: 'observe' });
    await lists.closed(looking, 'found', [itemOf('a')]);
    await lists.previewed(looking, 'found');
    expect(await lists.ask(looking, 'found')).toMatchObject({ answer: 'observed' });
    expect(await belay.doors.gates({ run: looking.run })).toEqual([]);
  });

  test('a preview of something else than the item, or by a tool that it does not name, is refused', async () => {
    const of = await belay.startRun();
    await lists.closed(of, 'found', [
      itemOf('mine'),
      itemOf('other-tool', { action: { tool: 'kubernetes.scale', args: {} } }),
    ]);
    const other = {
      target: { system: 'kubernetes', connection: 'default', key: keyOf('theirs'), name: 'x', tags: {} },
    };
    await expect(lists.previewed(of, 'found', () => other)).rejects.toThrow('is not what');
    await expect(lists.previewed(of, 'found')).rejects.toThrow('item 2 of list found is not what');
    expect(await belay.db.selectFrom('actions').selectAll().where('run', '=', of.run).execute()).toEqual([]);
  });

  test('other previews under the same numbers withdraw the gate; once one has begun they change nothing', async () => {
    const of = await belay.startRun();
    const { gate } = await lists.batch(of, ['p', 'q']);
    await lists.previewed(of, 'found', () => ({ precondition: { revision: 9 } }));
    expect(await belay.doors.gate(gate.id)).toMatchObject({ state: 'void' });

    const { of: begun, actions, on } = await approved(['r', 's']);
    expect(await belay.grant(actions[0] ?? '')).toMatchObject({ answer: 'granted' });
    await lists.previewed(begun, 'found', () => ({ precondition: { revision: 9 } }));
    expect(await belay.doors.gate(on.gate)).toMatchObject({ state: 'executing' });
    expect(await belay.grant(actions[1] ?? '')).toMatchObject({ answer: 'granted' });
  });

  test('each item has its own grant, in any order, none of which needs another to be done', async () => {
    const { of, actions, on } = await approved(['i1', 'i2', 'i3']);
    for (const action of actions.toReversed()) {
      expect(await belay.grant(action)).toMatchObject({ answer: 'granted' });
      await belay.record(action, 1);
      expect(await belay.grant(action)).toMatchObject({ answer: 'done' });
    }
    expect(await fates(on.gate)).toEqual(['done', 'done', 'done']);
    expect(await belay.doors.gate(on.gate)).toMatchObject({ state: 'executing' });
    const report = await belay.authority.reportBatch({ ...of, gate: on.gate, as: 'done', final: true });
    expect(report).toMatchObject({ counts: { approved: 3, done: 3, skipped: 0 }, done: { count: 3 } });
    expect(await belay.doors.gate(on.gate)).toMatchObject({ state: 'done' });
  });

  test('what drifted is refused and skipped with why; the approval of the others stands', async () => {
    const { actions, on } = await approved(['d1', 'd2']);
    const [first = '', second = ''] = actions;
    expect(await belay.grant(first, 'execute', { observed: { revision: 5 } })).toMatchObject({
      answer: 'refused',
      code: 'drifted',
    });
    expect(await fates(on.gate)).toEqual(['skipped', 'waiting']);
    expect(await belay.doors.gate(on.gate)).toMatchObject({ state: 'approved' });
    expect(await belay.grant(second)).toMatchObject({ answer: 'granted' });
  });

  test('what somebody took out is granted to nobody and is in no wave, whoever else approved it', async () => {
    const of = await belay.startRun();
    const { on, actions } = await lists.batch(of, ['t1', 't2', 't3']);
    const [first = '', second = '', third = ''] = actions;
    expect(await belay.decide(on, ANN, 'approve', { without: [second] })).toMatchObject({
      answer: 'recorded',
      complete: true,
    });
    await lock(of, actions);
    expect(await belay.grant(second)).toMatchObject({
      answer: 'refused',
      code: 'not-approved',
      message: expect.stringContaining('took'),
    });
    const wave = await belay.authority.wave({ ...of, gate: on.gate, undo: false, after: 0, size: 250 });
    expect(wave.items.map(({ action }) => action)).toEqual([first, third]);
    expect(wave.last).toBe(3);
    expect(await belay.authority.wave({ ...of, gate: on.gate, undo: false, after: 3, size: 250 })).toEqual({
      items: [],
      last: 0,
    });
  });

  test.each<[string, (actions: readonly string[]) => string[], string]>([
    ['all of it', (actions) => [...actions], 'nothing would be left'],
    ['what is not in it', () => ['r-00000000/1'], 'is no item of'],
  ])('an approval that takes out %s is refused and changes nothing', async (_, without, says) => {
    const of = await belay.startRun();
    const { on, actions } = await lists.batch(of, ['w1', 'w2']);
    expect(await belay.decide(on, ANN, 'approve', { without: without(actions) })).toMatchObject({
      answer: 'refused',
      why: 'invalid',
      message: expect.stringContaining(says),
    });
    expect(await belay.decide(on, ANN, 'deny', { without: [actions[0] ?? ''], reason: 'no' })).toMatchObject({
      answer: 'refused',
      why: 'invalid',
    });
    expect(await belay.doors.gate(on.gate)).toMatchObject({ state: 'open', decisions: [] });
  });

  test('the same word again is that one; with other items taken out it is against their own', async () => {
    const of = await belay.startRun();
    const { on, actions } = await lists.batch(of, ['v1', 'v2', 'v3']);
    const without = [actions[0] ?? ''];
    expect(await belay.decide(on, ANN, 'approve', { without })).toMatchObject({ answer: 'recorded' });
    expect(await belay.decide(on, ANN, 'approve', { without })).toMatchObject({ answer: 'repeated' });
    expect(await belay.decide(on, ANN, 'approve')).toMatchObject({ answer: 'repeated' });
    expect(await belay.decide(on, ANN, 'approve', { without: [actions[1] ?? ''] })).toMatchObject({
      answer: 'refused',
      why: 'contrary',
    });
    expect(await belay.decide(on, BOB, 'deny', { reason: 'late' })).toMatchObject({
      answer: 'refused',
      why: 'not-open',
    });
  });

  test.each<[string, (action: string, other: string) => Promise<unknown>]>([
    [
      'the proof of another item',
      async (action, other) => {
        const { proof } = await belay.db
          .selectFrom('list_items')
          .select('proof')
          .where('action', '=', other)
          .executeTakeFirstOrThrow();
        await belay.db
          .updateTable('list_items')
          .set({ proof: JSON.stringify(proof) })
          .where('action', '=', action)
          .execute();
      },
    ],
    [
      'no proof',
      (action) => belay.db.updateTable('list_items').set({ proof: null }).where('action', '=', action).execute(),
    ],
    [
      'a preview that was changed since',
      async (action) => {
        const { preview } = await belay.db
          .selectFrom('actions')
          .select('preview')
          .where('id', '=', action)
          .executeTakeFirstOrThrow();
        await belay.db
          .updateTable('actions')
          .set({ preview: JSON.stringify({ ...preview, preState: { revision: 1 } }) })
          .where('id', '=', action)
          .execute();
      },
    ],
    [
      'another digest',
      (action) =>
        belay.db
          .updateTable('actions')
          .set({ digest: digestOf('x') })
          .where('id', '=', action)
          .execute(),
    ],
  ])('an item with %s begins nothing; the others do', async (what, change) => {
    // Of its own, as the lock of each is held on.
    const { actions } = await approved([1, 2, 3].map((n) => `${what.replaceAll(/\W/g, '-')}-${n}`));
    const [first = '', second = ''] = actions;
    await change(first, second);
    expect(await belay.grant(first)).toMatchObject({ answer: 'refused' });
    expect(await belay.grant(second)).toMatchObject({ answer: 'granted' });
  });

  test('a batch that is not what its digest says opens nothing', async () => {
    const { actions, on } = await approved(['c1', 'c2']);
    const { options } = await belay.db
      .selectFrom('gates')
      .select('options')
      .where('id', '=', on.gate)
      .executeTakeFirstOrThrow();
    const [option] = options;
    const changed = [{ ...option, batch: { ...option?.batch, count: 1 } }];
    await belay.db
      .updateTable('gates')
      .set({ options: JSON.stringify(changed) })
      .where('id', '=', on.gate)
      .execute();
    expect(await belay.grant(actions[0] ?? '')).toMatchObject({ answer: 'refused', code: 'digest-mismatch' });
  });

  test('taken back is what is in effect, last first, for a reason on record; another item that failed is none', async () => {
    const { of, actions, on } = await approved(['u1', 'u2', 'u3']);
    const [first = '', second = '', third = ''] = actions;
    for (const action of [first, second]) {
      await belay.grant(action);
      await belay.record(action, 1);
    }
    await belay.grant(third);
    await belay.record(third, 1, 'failed');
    expect(await belay.grant(first, 'undo')).toMatchObject({ answer: 'refused', code: 'undo-unasked' });
    await belay.authority.undoing({ ...of, why: 'cancelled', actions: [], gate: on.gate });
    const wave = await belay.authority.wave({ ...of, gate: on.gate, undo: true, after: 0, size: 250 });
    expect(wave.items.map(({ action }) => action)).toEqual([second, first]);
    for (const { action } of wave.items) {
      expect(await belay.grant(action, 'undo')).toMatchObject({ answer: 'granted' });
      await belay.record(action, 1, 'done', 'undo');
    }
    expect(await fates(on.gate)).toEqual(['undone', 'undone', 'failed']);
    expect((await belay.authority.wave({ ...of, gate: on.gate, undo: true, after: 0, size: 250 })).items).toEqual([]);
  });

  test('a lease that is given back is looked into at once; by an older fence nothing is given back', async () => {
    const { actions } = await approved(['l1', 'l2']);
    const [action = ''] = actions;
    expect(await belay.grant(action)).toMatchObject({ answer: 'granted', fence: 1 });
    await belay.authority.release({ action, phase: 'execute', fence: 0 });
    expect(await belay.grant(action)).toMatchObject({ answer: 'wait' });
    await belay.authority.release({ action, phase: 'execute', fence: 1 });
    expect(await belay.grant(action)).toMatchObject({ answer: 'reconcile', fence: 2, mayRepeat: true });
  });

  test('one item in doubt keeps the gate in doubt and lets the others begin; a run that gives up doubts only its own', async () => {
    const { of, actions, on } = await approved(['x1', 'x2', 'x3']);
    const [first = '', second = '', third = ''] = actions;
    await belay.grant(first);
    await belay.grant(second);
    await belay.authority.giveUp({ ...of, action: first, phase: 'execute', message: 'no answer' });
    expect(await belay.doors.gate(on.gate)).toMatchObject({ state: 'in-doubt' });
    expect(await fates(on.gate)).toEqual(['in-doubt', 'running', 'waiting']);
    expect(await belay.record(second, 1)).toMatchObject({ recorded: true });
    expect(await belay.grant(third)).toMatchObject({ answer: 'granted' });
  });

  test('an approval that nobody used in time is void for all of it', async () => {
    const { of, actions, on } = await approved(['e1', 'e2']);
    belay.forward(30 * 24 * HOUR);
    expect(await belay.grant(actions[0] ?? '')).toMatchObject({ answer: 'refused', code: 'approval-expired' });
    expect(await belay.doors.gate(on.gate)).toMatchObject({ state: 'void' });
    expect(await belay.grant(actions[1] ?? '', 'execute', { observed: OBSERVED })).toMatchObject({ answer: 'refused' });
    expect(await entries(of.run, 'action.intended')).toEqual([]);
  });

  test('all of it together verifies; a preview of an item that was changed in the database is named', async () => {
    const { of, actions } = await approved(['z1', 'z2']);
    const problems = async () =>
      (await belay.doors.verifyLedger()).problems.filter((problem) => problem.includes(of.run));
    expect(await problems()).toEqual([]);
    const { preview } = await belay.db
      .selectFrom('actions')
      .select('preview')
      .where('id', '=', actions[1] ?? '')
      .executeTakeFirstOrThrow();
    await belay.db
      .updateTable('actions')
      .set({ preview: JSON.stringify({ ...preview, sentence: 'Do nothing' }) })
      .where('id', '=', actions[1] ?? '')
      .execute();
    expect(await problems()).toEqual([`run ${of.run}: ${actions[1]} in table actions is not what was previewed`]);
  });
});
