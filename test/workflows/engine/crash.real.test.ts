import { expect, test } from '@jest/globals';
import { describeReal } from '../../support/parts.ts';
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
  const approved = async (input: { name: string; tool?: string }) => {
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

  test('before the side effect of a tool that must not be tried twice: in doubt, its lock is kept', async () => {
    dieOnce('before', 'once-before');
    const run = await approved({ name: 'once-before', tool: 'lamp.set_once' });

    const ended = await toy.belay.ended(run);
    expect(ended).toMatchObject({ state: 'finished', outcome: 'in-doubt' });
    expect(ended.summary).toContain('the target stays locked');
    expect(toy.belay.lamps.effectsOn(run)).toEqual([]);
    expect((await toy.belay.doors.gates({ run })).map((gate) => gate.state)).toEqual(['in-doubt']);

    // The next incident on the same target waits: nobody knows yet what the first one did.
    const next = await approved({ name: 'once-before' });
    await until('it waits in line', async () =>
      (await toy.belay.progress(next)).includes(`the lock that run ${run} holds`),
    );
    expect(await toy.belay.doors.cancel(next, { id: 'local:ada', name: 'ada', door: 'api' }, 'enough')).toBe(
      'cancelling',
    );
    expect(await toy.belay.ended(next)).toMatchObject({ state: 'cancelled', summary: 'Cancelled. Nothing was done.' });
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
    expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'in-doubt' });
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
