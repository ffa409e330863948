import { expect, test } from '@jest/globals';
import type { Alert } from '../../../src/domain/alert.ts';
import { Failure } from '../../../src/domain/failure.ts';
import type { Gate } from '../../../src/domain/gate.ts';
import { WAKE_SIGNAL } from '../../../src/domain/messages.ts';
import { describeReal } from '../../support/parts.ts';
import { ada, grace } from '../../support/toy/start-toy-belay.ts';
import { until } from '../../support/until.ts';
import { useToy } from './toy.ts';

describeReal('how a run ends', ['temporal', 'postgres'], () => {
  const toy = useToy();

  test('drifted between approval and execution: nothing is done, it is asked again with what is there now', async () => {
    const { belay } = toy;
    belay.lamps.dark('drifts');
    const run = await belay.start({ name: 'drifts' });
    const first = await belay.openGate(run);
    belay.lamps.lamp('drifts').revision = 7;
    await belay.approve(run);

    const second = await until('it is asked again', async () => {
      const [gate] = await belay.doors.gates({ run, state: 'open' });
      return gate && gate.id !== first.id ? gate : undefined;
    });
    expect(belay.lamps.effectsOn(run)).toEqual([]);
    expect(second.digest).not.toBe(first.digest);
    expect(second.options[0]?.actions[0]?.precondition).toEqual({ on: false, revision: 7 });
    expect((await belay.doors.gate(first.id))?.state).toBe('void');
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(belay.lamps.effectsOn(run)).toEqual([`${run}/2 execute`]);
  });

  test('a target that keeps changing is asked about three times and then left alone', async () => {
    const { belay } = toy;
    belay.lamps.dark('restless');
    const run = await belay.start({ name: 'restless' });
    const seen = new Set<string>();
    for (let ask = 1; ask <= 3; ask += 1) {
      const unseen = async (): Promise<Gate | undefined> =>
        (await belay.doors.gates({ run, state: 'open' })).find(({ id }) => !seen.has(id));
      const gate = await until(`it asks, time ${ask}`, unseen);
      seen.add(gate.id);
      belay.lamps.lamp('restless').revision = ask;
      await belay.doors.decide(gate.id, { decision: 'approve', digest: gate.digest }, ada);
    }
    const ended = await belay.ended(run);
    expect(ended).toMatchObject({ outcome: 'not-fixed' });
    expect(ended.summary).toContain('did not fit any more');
    expect(belay.lamps.effectsOn(run)).toEqual([]);
  });

  test('a target that is gone when it comes to execution is not in doubt: nothing was begun', async () => {
    const { belay } = toy;
    belay.lamps.dark('stolen');
    const run = await belay.start({ name: 'stolen' });
    await belay.openGate(run);
    belay.lamps.state.delete('stolen');
    await belay.approve(run);
    const ended = await belay.ended(run);
    expect(ended).toMatchObject({ state: 'finished', outcome: 'inconclusive' });
    expect(await belay.note(run, /cannot be offered/)).toContain('there is no lamp stolen');
    expect(await belay.kinds(run)).not.toContain('action.intended');
    expect(await belay.kinds(run)).not.toContain('action.in-doubt');
  });

  test("expired by the authority's clock: nothing is done, and the record says that nobody decided", async () => {
    const { belay } = toy;
    belay.lamps.dark('late');
    const run = await belay.start({ name: 'late' });
    await belay.openGate(run);
    belay.clock.ahead = 8 * 24 * 3600_000;
    await (await belay.handle(run)).signal(WAKE_SIGNAL);
    const ended = await belay.ended(run);
    expect(ended).toMatchObject({ state: 'finished', outcome: 'expired' });
    belay.clock.ahead = 0;
    expect(ended.summary).toContain('Nobody decided');
    expect(await belay.kinds(run)).toContain('gate.expired');
    expect(belay.lamps.effectsOn(run)).toEqual([]);
  });

  test('cancelled while people are asked: the approval is withdrawn, nothing is done', async () => {
    const { belay } = toy;
    belay.lamps.dark('cancelled');
    const run = await belay.start({ name: 'cancelled' });
    const gate = await belay.openGate(run);
    expect(await belay.doors.cancel(run, ada, 'wrong lamp')).toBe('cancelling');
    expect(await belay.ended(run)).toMatchObject({ state: 'cancelled', summary: 'Cancelled. Nothing was done.' });
    expect((await belay.doors.gate(gate.id))?.state).toBe('void');
    expect(await belay.doors.decide(gate.id, { decision: 'approve', digest: gate.digest }, ada)).toMatchObject({
      answer: 'refused',
      why: 'not-open',
    });
    expect(belay.lamps.effectsOn(run)).toEqual([]);
  });

  test.each(['by a person', 'in Temporal itself'])(
    'cancelled %s while it stabilises: what was done is undone',
    async (how) => {
      const { belay } = toy;
      const name = `stabilises ${how}`;
      belay.lamps.dark(name);
      const run = await belay.start({ name, stabilise: '10m' });
      await belay.approve(run);
      await until('it waits before verifying', async () => (await belay.progress(run)).startsWith('waiting 10m'));
      if (how === 'by a person') await belay.doors.cancel(run, grace, 'stop');
      else await (await belay.handle(run)).cancel();
      const ended = await belay.ended(run);
      expect(ended).toMatchObject({ state: 'cancelled', summary: `Cancelled. Undone: ${run}/1.` });
      expect(belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`, `${run}/1 undo`]);
      expect(belay.lamps.lamp(name).on).toBe(false);
    },
  );

  test.each(['by a person', 'in Temporal itself'] as const)(
    'cancelled %s in the middle of the second action of three: both that were done are undone, the third never begins',
    async (how) => {
      const { belay } = toy;
      const [one, two, three] = [`1 ${how}`, `2 ${how}`, `3 ${how}`] as const;
      belay.lamps.dark(one, two, three);
      const before = belay.lamps.at;
      let run = '';
      belay.lamps.at = async (at, lamp, action) => {
        await before(at, lamp, action);
        if (at !== 'before' || lamp !== two || belay.lamps.lamp(two).by !== null) return;
        if (how === 'by a person') await belay.doors.cancel(run, ada, 'stop');
        else await (await belay.handle(run)).cancel();
        // Long enough for the cancel to arrive while this is still under way.
        await new Promise((resolve) => setTimeout(resolve, 300));
      };
      run = await belay.start({ name: one, more: [two, three] });
      await belay.approve(run);
      const ended = await belay.ended(run);
      belay.lamps.at = before;
      expect(ended).toMatchObject({ state: 'cancelled', summary: `Cancelled. Undone: ${run}/2, ${run}/1.` });
      expect(belay.lamps.effectsOn(run)).toEqual([
        `${run}/1 execute`,
        `${run}/2 execute`,
        `${run}/2 undo`,
        `${run}/1 undo`,
      ]);
    },
  );

  test('the alert resolves while people are asked: the approval is withdrawn, nothing is wrong', async () => {
    const { belay } = toy;
    belay.lamps.dark('flickers');
    const alert: Alert = {
      source: 'test',
      fingerprint: 'f1',
      group: 'lamps',
      status: 'firing',
      labels: { alertname: 'DarkLamp', lamp: 'flickers' },
      annotations: {},
      startsAt: new Date().toISOString(),
      endsAt: null,
      generatorUrl: null,
    };
    const route = { runbook: 'remediation/lamp', mode: 'propose' as const, input: {} };
    const [receipt] = await belay.doors.receiveAlerts([{ alert, route }]);
    const run = receipt?.runId ?? '';
    const gate = await belay.openGate(run);
    await belay.doors.receiveAlerts([{ alert: { ...alert, status: 'resolved' }, route }]);
    expect(await belay.ended(run)).toMatchObject({ state: 'finished', outcome: 'inconclusive' });
    expect((await belay.doors.gate(gate.id))?.state).toBe('void');
    expect(belay.lamps.effectsOn(run)).toEqual([]);
  });

  test.each([
    ['a dry run', { dryRun: true }],
    ['observe mode', { mode: 'observe' as const }],
  ])('%s changes nothing, asks nobody and says what it would have asked', async (_, how) => {
    const { belay } = toy;
    belay.lamps.dark('watched');
    const run = await belay.start({ name: 'watched' }, how);
    const ended = await belay.ended(run);
    expect(ended).toMatchObject({ state: 'finished', outcome: 'observed' });
    expect(ended.summary).toContain('"Switch lamp watched on" on lamp watched. Nothing was changed.');
    expect(await belay.doors.gates({ run })).toEqual([]);
    expect(belay.lamps.effectsOn(run)).toEqual([]);
  });

  test('a lamp that is on: nothing is wrong and nothing is asked', async () => {
    const { belay } = toy;
    belay.lamps.state.set('bright', { on: true, by: null });
    const run = await belay.start({ name: 'bright' });
    expect(await belay.ended(run)).toMatchObject({ outcome: 'nothing-wrong' });
    expect(await belay.doors.gates({ run })).toEqual([]);
  });

  test('verification failed: undone in reverse, escalated', async () => {
    const { belay } = toy;
    belay.lamps.dark('weak', 'also');
    belay.lamps.lamp('weak').seemsOn = false;
    const run = await belay.start({ name: 'weak', more: ['also'] });
    await belay.approve(run);
    const ended = await belay.ended(run);
    expect(ended).toMatchObject({ outcome: 'not-fixed', verdict: 'failed' });
    expect(belay.lamps.effectsOn(run)).toEqual([
      `${run}/1 execute`,
      `${run}/2 execute`,
      `${run}/2 undo`,
      `${run}/1 undo`,
    ]);
    expect(await belay.note(run, 'A person must take over')).toContain(`Undone: ${run}/2, ${run}/1.`);
  });

  test('somebody changed it meanwhile: the undo leaves it alone and says what is left', async () => {
    const { belay } = toy;
    belay.lamps.dark('shared', 'other');
    belay.lamps.lamp('shared').seemsOn = false;
    const run = await belay.start({ name: 'shared', more: ['other'], stabilise: '3s' });
    await belay.approve(run);
    await until('both are on', () => belay.lamps.effectsOn(run).length === 2);
    belay.lamps.lamp('shared').by = 'somebody else';
    const ended = await belay.ended(run);
    expect(ended).toMatchObject({ outcome: 'not-fixed' });
    expect(ended.summary).toContain(`Undo stopped at ${run}/1`);
    expect(ended.summary).toContain('changed by somebody else');
    expect(ended.summary).toContain(`Undone: ${run}/2.`);
    expect(ended.summary).toContain(
      `In effect: ${run}/1, Switch lamp shared on (to take it back: Switch lamp shared off).`,
    );
    expect(ended.summary).not.toContain('Switch lamp other on');
    expect(belay.lamps.lamp('shared')).toMatchObject({ on: true, by: 'somebody else' });
  });

  test.each([
    ['no samples', 'blind', {}],
    ['a verification that cannot be made', 'bug', { mistake: 'in-verification' }],
  ])('inconclusive (%s): left in place, and said', async (_, name, more) => {
    const { belay } = toy;
    belay.lamps.dark(name);
    belay.lamps.lamp(name).samples = 0;
    const run = await belay.start({ name, ...more });
    await belay.approve(run);
    const ended = await belay.ended(run);
    expect(ended).toMatchObject({ outcome: 'inconclusive', verdict: 'inconclusive' });
    expect(ended.summary).toContain('left in place');
    expect(belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
  });

  test('the second of two actions is refused by the system: the first is undone', async () => {
    const { belay } = toy;
    belay.lamps.dark('first', 'second');
    const run = await belay.start({ name: 'first', more: ['second'] });
    await belay.openGate(run);
    belay.lamps.lamp('second').revision = 3;
    await belay.approve(run);
    const ended = await belay.ended(run);
    expect(ended).toMatchObject({ outcome: 'not-fixed' });
    expect(ended.summary).toContain(`Undone: ${run}/1.`);
    expect(belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`, `${run}/1 undo`]);
  });

  test('two runs on one target: the second waits for the lock, is woken, and finds nothing left to do', async () => {
    const { belay } = toy;
    belay.lamps.dark('one');
    const first = await belay.start({ name: 'one', stabilise: '4s' });
    const second = await belay.start({ name: 'one' });
    await belay.openGate(second);
    await belay.approve(first);
    await until('the first did it', () => belay.lamps.effectsOn(first).length === 1);
    await belay.approve(second);
    await until('the second waits', async () => (await belay.progress(second)).includes(`run ${first} holds`));
    expect(await belay.ended(first)).toMatchObject({ outcome: 'fixed' });
    const ended = await belay.ended(second);
    expect(ended).toMatchObject({ state: 'finished', outcome: 'inconclusive' });
    expect(await belay.note(second, 'is on already')).toContain('cannot be offered');
    expect(belay.lamps.effectsOn(second)).toEqual([]);
    expect(await belay.kinds(second)).toContain('grant.refused');
  });

  test('a bug in a runbook ends the run and its workflow, so that the next incident is not held up', async () => {
    const { belay } = toy;
    belay.lamps.dark('bug in rules');
    const run = await belay.start({ name: 'bug in rules', mistake: 'in-rules' });
    const ended = await belay.ended(run);
    expect(ended).toMatchObject({ state: 'failed' });
    expect(ended.summary).toContain('a bug in the rules');
    const handle = await belay.handle(run);
    await until('Temporal has closed it', async () => (await handle.describe()).status.name === 'FAILED');
  });

  test('a mistake of ours after the side effect: it is left in place, and said what is in effect, how to take it back, and to whom', async () => {
    const { belay } = toy;
    belay.lamps.dark('left behind');
    const run = await belay.start({ name: 'left behind' });
    belay.faults.any.before = (call, request) => {
      if (call === 'verified' && 'run' in request && request.run === run)
        throw new Failure('stop.unsupported', 'no such verdict');
    };
    await belay.approve(run);
    const ended = await belay.ended(run);
    belay.faults.any.before = undefined;
    expect(ended).toMatchObject({ state: 'failed' });
    expect(ended.summary).toBe(
      `no such verdict. It stopped after ${run}/1 took effect; that was left in place. ` +
        `In effect: ${run}/1, Switch lamp left behind on (to take it back: Switch lamp left behind off).`,
    );
    expect(belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
    const paged = await belay.context.db
      .selectFrom('outbox')
      .select('payload')
      .where('topic', '=', 'page')
      .where('subject', '=', run)
      .executeTakeFirstOrThrow();
    expect(paged.payload).toMatchObject({ people: ['local:ada'], text: expect.stringContaining('In effect') });
  });

  test('a wait that is none is found out before anybody is asked', async () => {
    const { belay } = toy;
    belay.lamps.dark('soon');
    const run = await belay.start({ name: 'soon', stabilise: 'soon' });
    expect(await belay.ended(run)).toMatchObject({ state: 'failed', summary: expect.stringContaining('"soon"') });
    expect(await belay.doors.gates({ run })).toEqual([]);
  });

  test('choosing to watch changes nothing and still verifies', async () => {
    const { belay } = toy;
    belay.lamps.dark('watch');
    const run = await belay.start({ name: 'watch' });
    const gate = await belay.openGate(run);
    const watch = gate.options.find((option) => option.id === 'watch');
    await belay.doors.decide(gate.id, { decision: 'approve', digest: watch?.digest ?? '' }, ada);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'not-fixed', verdict: 'failed' });
    expect(belay.lamps.effectsOn(run)).toEqual([]);
  });

  test('the ledger of all of this holds', async () => {
    expect(await toy.belay.doors.verifyLedger()).toMatchObject({ ok: true, problems: [] });
  });
});
