import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MOST_ITEMS } from '../../../src/domain/list-item.ts';
import { type AuthorityFixture, ANN, BOB, person, startAuthority } from '../../support/authority-fixture.ts';
import { itemOf, keyOf, listsOf } from '../../support/list-authority.ts';
import { describeReal } from '../../support/parts.ts';

const HOUR = 3_600_000;
const USD = (amount: string) => ({ amount, currency: 'USD', source: 'a table' });

describeReal('a list of a run', ['postgres'], () => {
  let belay: AuthorityFixture;
  let lists: ReturnType<typeof listsOf>;
  beforeAll(async () => {
    belay = await startAuthority();
    lists = listsOf(belay);
  }, 60_000);
  afterAll(() => belay?.close());

  const entries: AuthorityFixture['entries'] = (...of) => belay.entries(...of);
  const keep = (run: string, list: string, names: readonly string[], by = ANN, until = '2026-04-01') =>
    belay.doors.keep(run, list, { keys: names.map(keyOf), reason: 'still needed', until }, by);

  test('is closed in the order of its keys, whatever order its parts came in; its digest says exactly what is in it', async () => {
    const digests: string[] = [];
    for (const order of [
      ['b', 'a', 'c'],
      ['c', 'b', 'a'],
    ]) {
      const of = await belay.startRun();
      for (const name of order) await lists.put(of, 'found', [itemOf(name)], { part: name });
      const { digest, count } = await belay.authority.closeList({ ...of, list: 'found' });
      const { items } = await belay.authority.items({ ...of, list: 'found', after: 0 });
      expect(items.map(({ key, position }) => [key, position])).toEqual([
        [keyOf('a'), 1],
        [keyOf('b'), 2],
        [keyOf('c'), 3],
      ]);
      expect(count).toBe(3);
      digests.push(digest);
    }
    expect(digests[0]).toBe(digests[1]);
    const other = await belay.startRun();
    expect((await lists.closed(other, 'found', [itemOf('a'), itemOf('b'), itemOf('d')])).digest).not.toBe(digests[0]);
  });

  test('a part that is read again replaces what it brought; what two parts found is one item', async () => {
    const of = await belay.startRun();
    await lists.put(of, 'found', [itemOf('old'), itemOf('both')], { part: 'one' });
    await lists.put(of, 'found', [itemOf('both'), itemOf('two')], { part: 'two' });
    await lists.put(of, 'found', [itemOf('new')], { part: 'one' });
    await lists.put(of, 'found', [itemOf('more')], { part: 'one', first: false });
    expect(await belay.authority.closeList({ ...of, list: 'found' })).toMatchObject({ count: 3 });
    const { items } = await belay.authority.items({ ...of, list: 'found', after: 0 });
    expect(items.map(({ facts }) => facts['name'])).toEqual(['more', 'new', 'two']);
  });

  test('closed it takes nothing more and answers the same; what comes late is of an attempt that was given up', async () => {
    const of = await belay.startRun();
    const first = await lists.closed(of, 'found', [itemOf('a')]);
    await lists.put(of, 'found', [itemOf('late')], { part: 'late' });
    expect(await belay.authority.closeList({ ...of, list: 'found' })).toEqual(first);
    expect(await entries(of.run, 'list.closed')).toHaveLength(1);
  });

  test('an empty one is a list too; one with too many, or with facts too large, is refused by name', async () => {
    const of = await belay.startRun();
    expect(await lists.closed(of, 'nothing', [])).toMatchObject({ count: 0, money: [], places: [] });
    await expect(lists.put(of, 'large', [itemOf('a', { facts: { text: 'x'.repeat(3000) } })])).rejects.toThrow(
      `the facts of ${keyOf('a')} take`,
    );
    const chunk = (from: number) => Array.from({ length: 100 }, (_, n) => itemOf(`n${from + n}`));
    for (let from = 0; from < MOST_ITEMS; from += 100)
      await lists.put(of, 'large', chunk(from), { part: 'all', first: from === 0 });
    await expect(lists.put(of, 'large', [itemOf('one-more')], { part: 'all', first: false })).rejects.toThrow(
      'narrow what is looked for',
    );
  });

  test('its sums are exact, one for each currency, and say how many have no price', async () => {
    const of = await belay.startRun();
    const priced = ['0.10', '0.20', '1000000.01'].map((amount, at) => itemOf(`u${at}`, { money: USD(amount) }));
    const euro = itemOf('e', { money: { amount: '7', currency: 'EUR', source: 'another' } });
    expect(await lists.closed(of, 'found', [...priced, euro, itemOf('free')])).toMatchObject({
      money: [
        { amount: '7', currency: 'EUR' },
        { amount: '1000000.31', currency: 'USD' },
      ],
      unpriced: 1,
      sources: ['a table', 'another'],
      places: [{ tool: 'kubernetes.rollout_undo', connection: 'default', count: 5 }],
    });
  });

  test('what somebody keeps is not in the next list, is on record with why, and is kept in later runs until the day they named', async () => {
    const of = await belay.startRun();
    await lists.closed(
      of,
      'found',
      ['kept', 'left'].map((name) => itemOf(name)),
    );
    expect(await keep(of.run, 'found', ['kept'])).toMatchObject({ answer: 'kept', count: 1 });
    const left = await belay.authority.reduceList({ ...of, list: 'found', as: 'left' });
    expect(left).toMatchObject({ count: 1, leftOut: 1 });
    expect(await belay.authority.reduceList({ ...of, list: 'found', as: 'left' })).toEqual(left);
    const [reduced] = await entries(of.run, 'list.reduced');
    expect(reduced?.body['why']).toEqual([{ key: keyOf('kept'), why: 'kept by ann until 2026-04-02: still needed' }]);

    const later = await belay.startRun();
    await lists.closed(later, 'found', [itemOf('kept')]);
    expect(await belay.authority.reduceList({ ...later, list: 'found', as: 'left' })).toMatchObject({ count: 0 });
    const other = await belay.startRun({ runbook: 'remediation/restart' });
    await lists.closed(other, 'found', [itemOf('kept')]);
    expect(await belay.authority.reduceList({ ...other, list: 'found', as: 'left' })).toMatchObject({ count: 1 });
  });

  test.each<[string, Parameters<typeof keep>[2], string, string]>([
    ['is over', ['kept2'], '2026-02-27', 'invalid'],
    ['is years away', ['kept2'], '2030-01-01', 'invalid'],
    ['is of something else', ['stranger'], '2026-04-01', 'unknown'],
  ])('a word that %s keeps nothing and is told', async (_, names, until, why) => {
    const of = await belay.startRun();
    await lists.closed(of, 'found', [itemOf('kept2')]);
    expect(await keep(of.run, 'found', names, ANN, until)).toMatchObject({ answer: 'refused', why });
    expect(await entries(of.run, 'item.kept')).toEqual([]);
  });

  test('a stranger keeps nothing; nobody keeps anything once the run went on', async () => {
    const of = await belay.startRun();
    await lists.closed(of, 'found', [itemOf('x')]);
    expect(await keep(of.run, 'found', ['x'], person('stranger'))).toMatchObject({
      answer: 'refused',
      why: 'not-yours',
    });
    await belay.authority.reduceList({ ...of, list: 'found', as: 'left' });
    expect(await keep(of.run, 'found', ['x'], BOB)).toMatchObject({ answer: 'refused', why: 'late' });
  });

  test('a keep that somebody wrote into the database keeps nothing: it is not signed', async () => {
    const of = await belay.startRun();
    await lists.closed(of, 'found', [itemOf('forged')]);
    await keep(of.run, 'found', ['forged']);
    const { record } = await belay.db
      .selectFrom('keeps')
      .select('record')
      .where('key', '=', keyOf('forged'))
      .executeTakeFirstOrThrow();
    for (const change of [{ reason: 'because' }, { until: '2027-01-01T00:00:00.000Z' }, { key: keyOf('other') }]) {
      await belay.db
        .updateTable('keeps')
        .set({ record: JSON.stringify({ ...record, ...change }) })
        .where('id', '=', record.id)
        .execute();
      const again = await belay.startRun();
      await lists.closed(again, 'found', [itemOf('forged')]);
      expect(await belay.authority.reduceList({ ...again, list: 'found', as: 'left' })).toMatchObject({ count: 1 });
    }
  });

  test('waiting on owners: reminders are counted once each, and it is over at the end of the grace or when all is kept', async () => {
    const of = await belay.startRun();
    await lists.closed(
      of,
      'found',
      ['p', 'q'].map((name) => itemOf(name, { owner: 'local:ann' })),
    );
    const ask = { ...of, list: 'found', what: 'They go.', graceMs: 10 * HOUR, remindMs: 4 * HOUR };
    const asks = () => belay.queued('ask', of.run);
    expect(await belay.authority.askOwners(ask)).toMatchObject({ over: false, lookAgainMs: 4 * HOUR });
    expect(await belay.authority.askOwners(ask)).toMatchObject({ over: false });
    expect(await asks()).toBe(1);
    belay.forward(9 * HOUR);
    // Two were due while nobody looked; that is one reminder.
    expect(await belay.authority.attendList({ ...of, list: 'found' })).toMatchObject({ over: false });
    await belay.authority.attendList({ ...of, list: 'found' });
    expect(await asks()).toBe(2);
    await keep(of.run, 'found', ['p']);
    expect(await belay.authority.attendList({ ...of, list: 'found' })).toMatchObject({ over: false });
    await keep(of.run, 'found', ['q']);
    expect(await belay.authority.attendList({ ...of, list: 'found' })).toMatchObject({ over: true });
  });
});
