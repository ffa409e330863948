import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type AuthorityFixture,
  optionOf,
  previewOf,
  type RunRef,
  startAuthority,
} from '../support/authority-fixture.ts';
import { ANN } from '../support/authority-fixture.ts';
import { describeReal } from '../support/parts.ts';

describeReal('locks', ['postgres'], () => {
  let belay: AuthorityFixture;
  let place = 0;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  afterAll(() => belay.close());

  /** A place of its own for each test, so that they do not stand in each other's way. */
  const keyAt = (path: string) => `kubernetes:u${place}/${path}`;
  const wanting = async (...paths: string[]) => {
    const of = await belay.startRun();
    const actions: string[] = [];
    for (const [at, path] of paths.entries()) {
      const target = { ...previewOf('x').target, key: keyAt(path) };
      actions.push((await belay.preview(of, at + 1, { target })).id);
    }
    return { ...of, actions };
  };
  const take = (of: RunRef & { actions: string[] }) => belay.authority.lock(of);
  const held = async (of: RunRef) =>
    (await belay.db.selectFrom('locks').select('key').where('run', '=', of.run).orderBy('key').execute()).map(
      (row) => row.key,
    );
  const wakes = (of: RunRef) => belay.queued('run.wake', of.run);
  const next = () => {
    place += 1;
  };

  test.each([
    ['the same target', 'shop/deployments/a', 'shop/deployments/a', false],
    ['a parent of what is held', 'shop/deployments/a', 'shop', false],
    ['a child of what is held', 'shop', 'shop/deployments/a', false],
    ['a sibling', 'shop/deployments/a', 'shop/deployments/b', true],
    ['one whose name begins the same', 'shop/deployments/a', 'shop/deployments/ab', true],
  ])('%s: %s is held, %s is free: %s', async (_, first, second, free) => {
    next();
    const [holder, other] = [await wanting(first), await wanting(second)];
    expect(await take(holder)).toEqual({ held: true, by: null });
    expect(await take(other)).toEqual(free ? { held: true, by: null } : { held: false, by: holder.run });
  });

  test('of several targets are taken all or none, and taking them again changes nothing', async () => {
    next();
    const [holder, other] = [await wanting('a'), await wanting('b', 'a', 'c')];
    await take(holder);
    expect(await take(other)).toEqual({ held: false, by: holder.run });
    expect(await held(other)).toEqual([]);
    await belay.authority.unlock(holder);
    expect(await take(other)).toMatchObject({ held: true });
    expect(await take(other)).toMatchObject({ held: true });
    expect(await held(other)).toEqual([keyAt('a'), keyAt('b'), keyAt('c')]);
  });

  test('wanted by ten runs at once, in any order, are held by one; the others wait in line', async () => {
    for (let at = 0; at < 3; at += 1) {
      next();
      const runs: Awaited<ReturnType<typeof wanting>>[] = [];
      for (let n = 0; n < 10; n += 1) runs.push(await wanting(...(n % 2 === 0 ? ['a', 'b'] : ['b', 'a'])));
      const answers = await Promise.all(runs.map(take));
      const winners = runs.filter((_, n) => answers[n]?.held);
      expect(winners).toHaveLength(1);
      expect(answers.filter((one) => !one.held).every((one) => one.by === winners[0]?.run)).toBe(true);
    }
  });

  test('given back wake everybody who waits, in the outbox; who then takes them wakes nobody', async () => {
    next();
    const [holder, one, two, bystander] = [
      await wanting('a'),
      await wanting('a'),
      await wanting('a'),
      await wanting('z'),
    ];
    for (const each of [holder, one, two, bystander]) {
      await take(each);
      belay.forward(1);
    }
    const before = [await wakes(one), await wakes(two), await wakes(bystander)];
    await belay.authority.unlock(holder);
    expect([await wakes(one), await wakes(two), await wakes(bystander)]).toEqual([
      (before[0] ?? 0) + 1,
      (before[1] ?? 0) + 1,
      before[2],
    ]);
    expect(await take(one)).toMatchObject({ held: true });
    expect(await take(two)).toEqual({ held: false, by: one.run });
  });

  test('are no longer waited for by a run that is over', async () => {
    next();
    const [holder, waiting] = [await wanting('a'), await wanting('a')];
    await take(holder);
    await take(waiting);
    await belay.authority.abandon({ ...waiting, state: 'cancelled', message: 'no' });
    const before = await wakes(waiting);
    await belay.authority.unlock(holder);
    expect(await wakes(waiting)).toBe(before);
  });

  test('go to who waited first, and not to who happens to ask first; who asks no more keeps nobody waiting', async () => {
    next();
    const [holder, first, second, unrelated] = [
      await wanting('a'),
      await wanting('a', 'b'),
      await wanting('a'),
      await wanting('z'),
    ];
    await take(holder);
    for (const each of [first, second]) {
      belay.forward(1000);
      expect(await take(each)).toEqual({ held: false, by: holder.run });
    }
    await belay.authority.unlock(holder);
    expect(await take(second)).toEqual({ held: false, by: first.run });
    expect(await take(unrelated)).toMatchObject({ held: true });
    belay.forward(6 * 60_000);
    expect(await take(second)).toMatchObject({ held: true });
    expect(await take(first)).toEqual({ held: false, by: second.run });
  });

  describe('that nobody renewed for a day', () => {
    const DAY = 24 * 3_600_000;
    const working = async () => {
      next();
      const of = await wanting('a');
      const gate = await belay.openGate(of, [optionOf('all', of.actions)]);
      await belay.decide({ gate: gate.id, digest: gate.digest }, ANN);
      await take(of);
      return of;
    };

    test('go to the next who wants them, which says so', async () => {
      const of = await working();
      belay.forward(DAY - 1);
      const other = await wanting('a');
      expect(await take(other)).toEqual({ held: false, by: of.run });
      belay.forward(1);
      expect(await take(other)).toMatchObject({ held: true });
      expect(await held(of)).toEqual([]);
      expect((await belay.doors.steps(other.run)).at(-1)?.text).toContain(`run ${of.run} held it since`);
    });

    test.each(['running', 'in-doubt'] as const)('stay where an end is unknown (%s)', async (status) => {
      const of = await working();
      expect(await belay.grant(of.actions[0] ?? '')).toMatchObject({ answer: 'granted' });
      if (status === 'in-doubt') await belay.record(of.actions[0] ?? '', 1, status);
      belay.forward(3 * DAY);
      expect(await take(await wanting('a'))).toEqual({ held: false, by: of.run });
    });

    test('are renewed by a grant', async () => {
      const of = await working();
      belay.forward(1800_000);
      await belay.grant(of.actions[0] ?? '');
      await belay.record(of.actions[0] ?? '', 1);
      belay.forward(DAY - 1800_000);
      expect(await take(await wanting('a'))).toEqual({ held: false, by: of.run });
      belay.forward(1800_000);
      expect(await take(await wanting('a'))).toMatchObject({ held: true });
    });
  });

  describe('when the run ends', () => {
    const begun = async () => {
      next();
      const of = await wanting('done', 'doubt', 'never');
      const gate = await belay.openGate(of, [optionOf('all', of.actions)]);
      await belay.decide({ gate: gate.id, digest: gate.digest }, ANN);
      await take(of);
      await belay.grant(of.actions[0] ?? '');
      await belay.record(of.actions[0] ?? '', 1);
      return of;
    };
    const end = (of: RunRef) => belay.authority.finish({ ...of, outcome: 'fixed', summary: 'x' });

    test('are given back, and those who wait are woken', async () => {
      const of = await begun();
      const waiting = await wanting('never');
      await take(waiting);
      const before = await wakes(waiting);
      await end(of);
      expect(await held(of)).toEqual([]);
      expect(await wakes(waiting)).toBe(before + 1);
    });

    test.each(['in-doubt', undefined] as const)(
      'except that of what is in doubt (%s: recorded or not at all)',
      async (status) => {
        const of = await begun();
        await belay.grant(of.actions[1] ?? '');
        if (status) await belay.record(of.actions[1] ?? '', 1, status);
        await belay.authority.unlock(of);
        expect(await held(of)).toEqual([keyAt('doubt')]);
        await end(of);
        expect(await held(of)).toEqual([keyAt('doubt')]);
        expect(await take(await wanting('doubt'))).toEqual({ held: false, by: of.run });
      },
    );
  });
});
