import { expect, test } from '@jest/globals';
import type { GrantAnswer } from '../../../src/domain/grant.ts';
import { WAKE_SIGNAL } from '../../../src/domain/messages.ts';
import type { RequestOf } from '../../../src/authority/protocol.ts';
import { describeReal } from '../../support/parts.ts';
import { ada } from '../../support/toy/start-toy-belay.ts';
import { until } from '../../support/until.ts';
import { useToy } from './toy.ts';

const HALTED: GrantAnswer = { answer: 'refused', code: 'halted', message: 'everything halted by grace: smoke' };
const refuses =
  (code: 'revoked' | 'approval-expired' | 'over-cap' | 'no-lock', times = Infinity) =>
  (): GrantAnswer | undefined => {
    times -= 1;
    return times < 0 ? undefined : { answer: 'refused', code, message: `it is ${code}` };
  };

describeReal('a grant that is refused', ['temporal', 'postgres'], () => {
  const toy = useToy();

  const approvedUnder = async (
    name: string,
    instead: (request: RequestOf<'grant'>) => GrantAnswer | undefined,
    more: object = {},
  ) => {
    toy.belay.lamps.dark(name);
    const run = await toy.belay.start({ name, ...more });
    const gate = await toy.belay.openGate(run);
    toy.belay.faults.grant.instead = (request) => (request.action.startsWith(`${run}/`) ? instead(request) : undefined);
    await toy.belay.approve(run);
    return { run, gate };
  };
  const lift = async (run: string) => {
    toy.belay.faults.grant.instead = undefined;
    await (await toy.belay.handle(run)).signal(WAKE_SIGNAL);
  };
  const waits = (run: string) =>
    until('it waits', async () => (await toy.belay.progress(run)).startsWith('halted: everything halted by grace'));
  const locks = (run: string) => toy.belay.context.db.selectFrom('locks').selectAll().where('run', '=', run).execute();

  test('halted: it says so, waits without its lock, and goes on once that is lifted, under the same approval', async () => {
    const { run } = await approvedUnder('halted', () => HALTED);
    await waits(run);
    expect(await toy.belay.note(run, 'Halted:')).toContain('It goes on once that is lifted');
    expect(await locks(run)).toEqual([]);
    // Woken for something else: it asks again, and waits on.
    await (await toy.belay.handle(run)).signal(WAKE_SIGNAL);
    await waits(run);
    expect(toy.belay.lamps.effectsOn(run)).toEqual([]);
    await lift(run);
    expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
    expect(await toy.belay.doors.gates({ run })).toHaveLength(1);
  });

  test('halted and then cancelled: nothing is done', async () => {
    const { run } = await approvedUnder('halted, cancelled', () => HALTED);
    await waits(run);
    await toy.belay.doors.cancel(run, ada, 'enough');
    expect(await toy.belay.ended(run)).toMatchObject({ state: 'cancelled', summary: 'Cancelled. Nothing was done.' });
    await lift(run).catch(() => undefined);
    expect(toy.belay.lamps.effectsOn(run)).toEqual([]);
  });

  test('halted between two actions: the target stays locked, a cancel takes back the first', async () => {
    toy.belay.lamps.dark('second of two');
    const second = ({ action, phase }: RequestOf<'grant'>) =>
      action.endsWith('/2') && phase === 'execute' ? HALTED : undefined;
    const { run } = await approvedUnder('first of two', second, { more: ['second of two'] });
    await waits(run);
    expect((await locks(run)).map(({ key }) => key).toSorted()).toEqual([
      'lamp:room/first of two',
      'lamp:room/second of two',
    ]);
    await toy.belay.doors.cancel(run, ada, 'stop');
    expect(await toy.belay.ended(run)).toMatchObject({ state: 'cancelled', summary: `Cancelled. Undone: ${run}/1.` });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`, `${run}/1 undo`]);
  });

  test('an undo that is halted waits too: it is not given up, whoever cancels', async () => {
    const { run } = await approvedUnder('undo halted', ({ phase }) => (phase === 'undo' ? HALTED : undefined), {
      stabilise: '10m',
    });
    await until('it waits before verifying', async () => (await toy.belay.progress(run)).startsWith('waiting 10m'));
    await toy.belay.doors.cancel(run, ada, 'stop');
    await waits(run);
    expect(await locks(run)).toHaveLength(1);
    await lift(run);
    expect(await toy.belay.ended(run)).toMatchObject({ summary: `Cancelled. Undone: ${run}/1.` });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`, `${run}/1 undo`]);
  });

  test.each(['revoked', 'approval-expired'] as const)(
    '%s: the approval is withdrawn and people are asked again',
    async (code) => {
      const { run, gate } = await approvedUnder(code, refuses(code, 1));
      await toy.belay.nextGate(run, gate);
      expect((await toy.belay.doors.gate(gate.id))?.state).toBe('void');
      expect(await toy.belay.note(run, 'it is asked again')).toContain(`it is ${code}`);
      await toy.belay.approve(run);
      expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'fixed' });
      expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/2 execute`]);
    },
  );

  test('over a cap: nothing is done, and nobody is asked to wave it through', async () => {
    const { run } = await approvedUnder('capped', refuses('over-cap'));
    const ended = await toy.belay.ended(run);
    expect(ended).toMatchObject({ outcome: 'not-fixed' });
    expect(ended.summary).toContain('it is over-cap');
    expect(toy.belay.lamps.effectsOn(run)).toEqual([]);
    expect((await toy.belay.doors.gates({ run })).map(({ state }) => state)).toEqual(['void']);
  });

  test('its lock was lost while it waited: it is taken again', async () => {
    const { run } = await approvedUnder('lost lock', refuses('no-lock', 2));
    expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
  });

  test('an undo that is refused: people are told, by the record, what is in effect and how it is taken back', async () => {
    toy.belay.lamps.dark('kept too');
    const { run } = await approvedUnder(
      'kept',
      ({ phase, action }) =>
        phase === 'undo' && action.endsWith('/1')
          ? { answer: 'refused', code: 'record-broken', message: 'the record does not stand' }
          : undefined,
      { more: ['kept too'], stabilise: '10m' },
    );
    await until('it waits before verifying', async () => (await toy.belay.progress(run)).startsWith('waiting 10m'));
    await toy.belay.doors.cancel(run, ada, 'stop');
    const ended = await toy.belay.ended(run);
    expect(ended.summary).toBe(
      `Cancelled. Undone: ${run}/2. Undo stopped at ${run}/1 (the record does not stand). A person must look. ` +
        `In effect: ${run}/1, Switch lamp kept on (to take it back: Switch lamp kept off).`,
    );
    const { payload } = await toy.belay.context.db
      .selectFrom('outbox')
      .select('payload')
      .where('topic', '=', 'page')
      .where('subject', '=', run)
      .executeTakeFirstOrThrow();
    expect(payload).toMatchObject({ people: ['local:ada'], text: expect.stringContaining('Switch lamp kept on') });
  });

  const everything = { scope: { kind: 'runbook' as const, value: 'remediation/lamp' }, reason: 'smoke' };
  const resume = async () => {
    const { decision } = await toy.belay.doors.resume({ reason: 'it was toast' }, ada);
    expect(decision).toMatchObject({ answer: 'recorded', complete: true });
  };

  test('a real halt after the approval: the run is shown halted, and goes on by itself once it is resumed', async () => {
    toy.belay.lamps.dark('smoke');
    const run = await toy.belay.start({ name: 'smoke' });
    const gate = await toy.belay.openGate(run);
    await toy.belay.stopWorkers();
    await toy.belay.doors.decide(gate.id, { decision: 'approve', digest: gate.digest }, ada);
    await toy.belay.doors.halt({ ...everything, undo: false }, ada);
    await toy.belay.startWorkers();
    await until('it is halted', async () => (await toy.belay.doors.run(run))?.state === 'halted');
    expect(toy.belay.lamps.effectsOn(run)).toEqual([]);
    await resume();
    expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
  });

  test('a real halt with undo: what is in effect and not verified yet is taken back while it lasts', async () => {
    toy.belay.lamps.dark('take back');
    const run = await toy.belay.start({ name: 'take back', stabilise: '10m' });
    await toy.belay.approve(run);
    await until('it waits before verifying', async () => (await toy.belay.progress(run)).startsWith('waiting 10m'));
    await toy.belay.doors.halt({ ...everything, undo: true }, ada);
    expect(await toy.belay.ended(run)).toMatchObject({ state: 'cancelled', summary: `Cancelled. Undone: ${run}/1.` });
    expect(toy.belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`, `${run}/1 undo`]);
    await resume();
  });

  test('the ledger of all of this holds', async () => {
    expect(await toy.belay.doors.verifyLedger()).toMatchObject({ ok: true, problems: [] });
  });
});
