import { afterAll, beforeAll, expect, test } from '@jest/globals';
import ms from 'ms';
import { attendOwnGates } from '../../../src/authority/gates/attend-own-gates.ts';
import { loseRun } from '../../../src/authority/runs/lose-run.ts';
import {
  ANN,
  type Asked,
  type AuthorityFixture,
  BOB,
  REQUESTER,
  startAuthority,
} from '../../support/authority-fixture.ts';
import { bundleSample } from '../../support/bundle-sample.ts';
import { describeReal } from '../../support/parts.ts';

describeReal('an action in doubt', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority({ bundle: bundleSample() });
  });
  afterAll(() => belay.close());

  const begun = async (): Promise<Asked> => {
    const asked = await belay.approved();
    await belay.grant(asked.action);
    return asked;
  };
  const doubtsOf = async (run: string) => (await belay.doors.gates({ run })).filter((gate) => gate.kind === 'doubt');
  const lockOf = async ({ run }: Asked) =>
    (await belay.db.selectFrom('locks').selectAll().where('run', '=', run).execute()).length;
  const intentOf = (asked: Asked) =>
    belay.db.selectFrom('intents').selectAll().where('action', '=', asked.action).executeTakeFirstOrThrow();
  const optionIn = (gate: { id: string; options: { id: string; digest: string }[] } | undefined, id: string) => ({
    gate: gate?.id ?? '',
    digest: gate?.options.find((option) => option.id === id)?.digest ?? '',
  });
  const outcomes = async ({ run }: Asked) =>
    (await belay.doors.ledger(run))
      .filter(({ kind }) => kind.startsWith('action.') && kind !== 'action.previewed')
      .map(({ kind }) => kind);

  const ways: [string, (asked: Asked) => Promise<unknown>, boolean][] = [
    ['the worker could not tell', (asked) => belay.record(asked.action, 1, 'in-doubt'), false],
    ['the run gave up', (asked) => belay.authority.giveUp({ ...asked, phase: 'execute', message: 'no answer' }), false],
    ['the run ended', (asked) => belay.authority.finish({ ...asked, outcome: 'fixed', summary: 'surely' }), true],
    ['the run was terminated in Temporal', (asked) => loseRun(belay.context, asked.run, 'terminated'), true],
  ];

  test.each(ways)(
    'because %s is asked about by itself, in words of the action and not of a model',
    async (_, happens) => {
      const asked = await begun();
      await happens(asked);
      const [gate, ...more] = await doubtsOf(asked.run);
      expect(more).toEqual([]);
      expect(gate).toMatchObject({
        state: 'open',
        kind: 'doubt',
        options: [{ id: 'happened' }, { id: 'did-not-happen' }],
      });
      const workload = belay.workloadOf(asked.run);
      for (const word of [
        asked.action,
        `Roll back deployment ${workload} in shop`,
        `deployments/${workload}`,
        'stays locked',
      ])
        expect(gate?.plan.diagnosis).toContain(word);
      expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'in-doubt' });
    },
  );

  test.each(ways)(
    'because %s is settled by a person: the outcome is theirs, the lock is free once the run is over',
    async (_, happens, over) => {
      for (const [option, status] of [
        ['happened', 'done'],
        ['did-not-happen', 'failed'],
      ] as const) {
        const asked = await begun();
        await happens(asked);
        const [gate] = await doubtsOf(asked.run);
        expect(await belay.decide(optionIn(gate, option), ANN, 'approve', { reason: 'I looked' })).toMatchObject({
          complete: true,
        });
        expect(await intentOf(asked)).toMatchObject({
          status,
          outcome: { status, summary: expect.stringContaining('I looked') },
        });
        expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'done' });
        expect(await lockOf(asked)).toBe(over ? 0 : 1);
        expect((await outcomes(asked)).slice(-2)).toEqual(['action.in-doubt', 'action.settled']);
        // Whoever asks again gets what the person said, and nothing happens a second time.
        expect(await belay.grant(asked.action)).toMatchObject({ answer: 'done', outcome: { status } });
        expect(await belay.record(asked.action, 1, status === 'done' ? 'failed' : 'done')).toMatchObject({
          recorded: false,
        });
      }
    },
  );

  test('is not denied, edited, forced or done by hand: it is said what happened, by somebody who may', async () => {
    const asked = await begun();
    await belay.record(asked.action, 1, 'in-doubt');
    const [gate] = await doubtsOf(asked.run);
    const on = optionIn(gate, 'happened');
    for (const decision of ['deny', 'edit', 'send-back', 'by-hand', 'break-glass'] as const)
      expect(await belay.decide(on, ANN, decision, { reason: 'x', args: {} })).toMatchObject({ answer: 'refused' });
    expect(await belay.decide(on, REQUESTER)).toMatchObject({ why: 'not-an-approver' });
    expect(await intentOf(asked)).toMatchObject({ status: 'in-doubt' });
  });

  test('that its worker tells of after all is no doubt: the question is withdrawn', async () => {
    const asked = await begun();
    await loseRun(belay.context, asked.run, 'terminated');
    const [gate] = await doubtsOf(asked.run);
    expect(await belay.record(asked.action, 1, 'done')).toMatchObject({ recorded: true });
    expect(await belay.doors.gate(gate?.id ?? '')).toMatchObject({ state: 'void' });
    expect(await belay.decide(optionIn(gate, 'did-not-happen'), ANN)).toMatchObject({ why: 'not-open' });
    expect(await intentOf(asked)).toMatchObject({ status: 'done' });
  });

  test('that its worker tells of after all wakes the run, which waits for nobody any more', async () => {
    const asked = await begun();
    await belay.authority.giveUp({ ...asked, phase: 'execute', message: 'no answer' });
    const wakes = () => belay.queued('run.wake', asked.run);
    const before = await wakes();
    expect(await belay.record(asked.action, 1, 'done')).toMatchObject({ recorded: true });
    expect(await wakes()).toBe(before + 1);
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'done', outcome: { status: 'done' } });
  });

  test('told of by its worker and settled by a person at the same moment, 20 times: one of them, and both told', async () => {
    for (let at = 0; at < 20; at += 1) {
      const asked = await begun();
      await loseRun(belay.context, asked.run, 'terminated');
      const [gate] = await doubtsOf(asked.run);
      const [told, settled] = await Promise.all([
        belay.record(asked.action, 1, 'done'),
        belay.decide(optionIn(gate, 'did-not-happen'), BOB),
      ]);
      expect(told.recorded).toBe(settled.answer === 'refused');
      expect(await intentOf(asked)).toMatchObject({ status: told.recorded ? 'done' : 'failed' });
      const ends = (await outcomes(asked)).filter((kind) => kind === 'action.settled' || kind === 'action.executed');
      expect(ends).toHaveLength(1);
    }
  });

  test('is asked about again when its gate ended without an answer', async () => {
    const asked = await begun();
    await belay.record(asked.action, 1, 'in-doubt');
    belay.forward(ms('366d'));
    await attendOwnGates(belay.context);
    await attendOwnGates(belay.context);
    expect((await doubtsOf(asked.run)).map(({ state }) => state)).toEqual(['expired', 'open']);
  });
});
