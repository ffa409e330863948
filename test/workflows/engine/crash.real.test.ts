import { expect, test } from '@jest/globals';
import { describeReal } from '../../support/parts.ts';
import { ada } from '../../support/toy/start-toy-belay.ts';
import type { Point } from '../../support/toy/lamp.ts';
import { until } from '../../support/until.ts';
import { useToy } from './toy.ts';

describeReal('a worker that dies around a side effect', ['temporal', 'postgres'], () => {
  const toy = useToy();

  /** The process dies at this point of this lamp, once: an error that nobody threw on purpose. */
  const dieOnce = (point: Point, name: string) => {
    const before = toy.belay.lamps.at;
    let died = false;
    toy.belay.lamps.at = async (at, lamp, action) => {
      await before(at, lamp, action);
      if (at !== point || lamp !== name || died) return;
      died = true;
      throw new Error('the process died here');
    };
  };
  const approved = async (input: { name: string; tool?: string; more?: string[] }) => {
    toy.belay.lamps.dark(input.name);
    const run = await toy.belay.start(input);
    await toy.belay.approve(run);
    return run;
  };

  test.each([
    ['between grant and side effect', 'before'],
    ['after the side effect, before its end was recorded', 'after'],
  ] as const)('%s: a compare-and-set tool takes effect exactly once', async (_, point) => {
    const name = `set-${point}`;
    dieOnce(point, name);
    const run = await approved({ name });

    expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'fixed', verdict: 'healthy' });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
    const kinds = await toy.belay.kinds(run);
    expect(kinds.filter((kind) => kind.startsWith('action.'))).toEqual([
      'action.previewed',
      'action.intended',
      'action.reconciling',
      'action.executed',
    ]);
  });

  test('after the side effect of a tool that must not be tried twice: found done, it is recorded as done', async () => {
    dieOnce('after', 'once-after');
    const run = await approved({ name: 'once-after', tool: 'lamp.set_once' });
    expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
  });

  const doubtOf = (run: string) =>
    until('it asks whether it happened', async () =>
      (await toy.belay.doors.gates({ run, state: 'open' })).find(({ kind }) => kind === 'doubt'),
    );
  const say = async (run: string, option: string) => {
    const gate = await doubtOf(run);
    const digest = gate.options.find(({ id }) => id === option)?.digest ?? '';
    expect(
      await toy.belay.doors.decide(gate.id, { decision: 'approve', digest, reason: 'I looked' }, ada),
    ).toMatchObject({
      answer: 'recorded',
    });
  };

  test('before the side effect of a tool that must not be tried twice: in doubt, its lock is kept until a person looked', async () => {
    dieOnce('before', 'once-before');
    const run = await approved({ name: 'once-before', tool: 'lamp.set_once' });
    await doubtOf(run);
    await until('it waits for a person', async () =>
      (await toy.belay.progress(run)).includes(`waiting for a person to say whether ${run}/1 happened`),
    );
    expect(await toy.belay.note(run, 'Nobody can tell')).toContain(
      `Perhaps in effect: ${run}/1, Switch lamp once-before on`,
    );
    expect(toy.belay.lamps.effectsOn(run)).toEqual([]);
    const states = (await toy.belay.doors.gates({ run })).map(({ kind, state }) => [kind, state]);
    expect(states).toEqual(
      expect.arrayContaining([
        ['plan', 'in-doubt'],
        ['doubt', 'open'],
      ]),
    );

    // The next incident on the same target waits: nobody knows yet what the first one did.
    const next = await approved({ name: 'once-before' });
    await until('it waits in line', async () =>
      (await toy.belay.progress(next)).includes(`the lock that run ${run} holds`),
    );
    await say(run, 'did-not-happen');
    const ended = await toy.belay.ended(run);
    expect(ended).toMatchObject({ state: 'finished', outcome: 'not-fixed' });
    expect(ended.summary).toContain('Nothing had been done');
    expect(await toy.belay.ended(next)).toMatchObject({ outcome: 'fixed' });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([]);
  });

  test('in doubt and it had happened: a person says so, and the run goes on to verify it', async () => {
    const name = 'once-unseen';
    dieOnce('after', name);
    const before = toy.belay.lamps.at;
    // The lamp does not show who switched it, so that a look cannot tell.
    toy.belay.lamps.at = async (at, lamp, action) => {
      if (at === 'reconcile' && lamp === name) toy.belay.lamps.lamp(name).by = null;
      await before(at, lamp, action);
    };
    const run = await approved({ name, tool: 'lamp.set_once' });
    await say(run, 'happened');
    expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'fixed', verdict: 'healthy' });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
    expect(await toy.belay.kinds(run)).toEqual(expect.arrayContaining(['action.in-doubt', 'action.settled']));
    expect(await toy.belay.context.db.selectFrom('locks').selectAll().where('run', '=', run).execute()).toEqual([]);
  });

  test('cancelled while in doubt: what is known is taken back, what is not is named, and its target stays locked', async () => {
    dieOnce('before', 'second, once');
    toy.belay.lamps.dark('second, once');
    const run = await approved({ name: 'first, once', tool: 'lamp.set_once', more: ['second, once'] });
    await doubtOf(run);
    await toy.belay.doors.cancel(run, ada, 'enough');
    const ended = await toy.belay.ended(run);
    expect(ended.summary).toBe(
      `Cancelled. Nobody can tell whether ${run}/2 happened. Undone: ${run}/1. ` +
        `Perhaps in effect: ${run}/2, Switch lamp second, once on (to take it back: Switch lamp second, once off).`,
    );
    const locks = await toy.belay.context.db.selectFrom('locks').selectAll().where('run', '=', run).execute();
    expect(locks.map(({ key }) => key)).toEqual(['lamp:room/second, once']);
    await say(run, 'did-not-happen');
    expect(await toy.belay.context.db.selectFrom('locks').selectAll().where('run', '=', run).execute()).toEqual([]);
  });

  test('that cannot tell afterwards leaves it in doubt, also with a tool that may be repeated', async () => {
    dieOnce('after', 'gone');
    toy.belay.lamps.dark('gone');
    const before = toy.belay.lamps.at;
    toy.belay.lamps.at = async (at, lamp, action) => {
      if (at === 'reconcile' && lamp === 'gone') toy.belay.lamps.state.delete('gone');
      await before(at, lamp, action);
    };
    const run = await toy.belay.start({ name: 'gone' });
    await toy.belay.approve(run);
    await say(run, 'did-not-happen');
    expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'not-fixed' });
    expect(await toy.belay.kinds(run)).toContain('action.in-doubt');
  });

  test('while it undoes: the undo takes effect exactly once', async () => {
    toy.belay.lamps.dark('undone');
    const before = toy.belay.lamps.at;
    let afters = 0;
    toy.belay.lamps.at = async (at, lamp, action) => {
      await before(at, lamp, action);
      if (lamp !== 'undone') return;
      if (at === 'after') afters += 1;
      const state = toy.belay.lamps.lamp('undone');
      if (at === 'after' && afters === 1) state.seemsOn = false;
      if (at === 'after' && afters === 2) throw new Error('the process died here');
    };
    const run = await toy.belay.start({ name: 'undone' });
    await toy.belay.approve(run);
    const ended = await toy.belay.ended(run);
    expect(ended).toMatchObject({ outcome: 'not-fixed' });
    expect(ended.summary).toContain(`Undone: ${run}/1`);
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`, `${run}/1 undo`]);
  });

  test('everything stops with an approval open and starts again: the same approval still works', async () => {
    toy.belay.lamps.dark('night');
    const run = await toy.belay.start({ name: 'night' });
    const gate = await toy.belay.openGate(run);
    await toy.belay.stopWorkers();
    await toy.belay.startWorkers();
    expect((await toy.belay.openGate(run)).digest).toBe(gate.digest);
    await toy.belay.approve(run);
    expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
  });

  test('the workers stop in the middle of the side effect: it is waited for or reconciled, and happens once', async () => {
    toy.belay.lamps.dark('middle');
    const before = toy.belay.lamps.at;
    let reached = false;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    toy.belay.lamps.at = async (at, lamp, action) => {
      await before(at, lamp, action);
      if (at !== 'after' || lamp !== 'middle' || reached) return;
      reached = true;
      await held;
    };
    const run = await toy.belay.start({ name: 'middle' });
    await toy.belay.approve(run);
    await until('the side effect is under way', () => reached);
    const stopped = toy.belay.stopWorkers();
    release();
    await stopped;
    await toy.belay.startWorkers();
    expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
  });

  test('the ledger of all of this holds', async () => {
    expect(await toy.belay.doors.verifyLedger()).toMatchObject({ ok: true, problems: [] });
  });
});
