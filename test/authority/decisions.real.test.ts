import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import ms from 'ms';
import { signedPart } from '../../src/domain/decision.ts';
import { digestOf } from '../../src/domain/digest.ts';
import {
  ANN,
  type Asked,
  type AuthorityFixture,
  BOB,
  optionOf,
  person,
  REQUESTER,
  startAuthority,
} from '../support/authority-fixture.ts';
import { describeReal } from '../support/parts.ts';

const STRANGER = person('stranger');

describeReal('a decision', ['postgres'], () => {
  let team: AuthorityFixture;
  beforeAll(async () => {
    team = await startAuthority({ approvers: [ANN, BOB, REQUESTER] });
  });
  afterAll(() => team.close());

  const decisionRows = (gate: string) => team.db.selectFrom('decisions').selectAll().where('gate', '=', gate).execute();
  const stateOf = async (gate: string) => (await team.doors.gate(gate))?.state;
  /** The refusals on the ledger of a run, as who and why. */
  const refusals = async ({ run }: Asked) =>
    (await team.doors.ledger(run)).filter((entry) => entry.kind === 'decision.refused').map((entry) => entry.body);

  test('is recorded, signed over exactly what was shown, and opens the gate', async () => {
    const asked = await team.ask();
    const answer = await team.decide(asked, ANN, 'approve', { reason: 'looks right' });
    expect(answer).toMatchObject({
      answer: 'recorded',
      complete: true,
      missing: [],
      record: { gate: asked.gate, run: asked.run, digest: asked.digest, option: 'rollback', reason: 'looks right' },
    });
    if (answer.answer !== 'recorded') throw new Error('unreachable');
    const { record } = answer;
    expect(team.context.key.verify(signedPart(record), record.keyId, record.signature)).toBe(true);
    const part = signedPart(record);
    for (const changed of [
      { ...part, digest: digestOf(1) },
      { ...part, person: BOB },
      { ...part, decision: 'deny' },
    ])
      expect(team.context.key.verify(changed, record.keyId, record.signature)).toBe(false);
    expect(await stateOf(asked.gate)).toBe('approved');
    expect(await team.doors.run(asked.run)).toMatchObject({ state: 'running' });
    expect(await team.kinds(asked.run)).toEqual(
      expect.arrayContaining(['gate.opened', 'decision.recorded', 'gate.decided']),
    );
  });

  test('said again, 200 times, is the same decision: nothing changes', async () => {
    const asked = await team.ask();
    const first = await team.decide(asked, ANN);
    if (first.answer !== 'recorded') throw new Error(first.answer);
    const before = await team.doors.ledger(asked.run);
    for (let at = 0; at < 200; at += 1) expect(await team.decide(asked, ANN)).toEqual({ ...first, answer: 'repeated' });
    expect(await team.doors.ledger(asked.run)).toEqual(before);
    expect(await decisionRows(asked.gate)).toHaveLength(1);
  });

  test('clicked five times at once is one decision', async () => {
    const asked = await team.ask();
    const answers = await Promise.all(Array.from({ length: 5 }, () => team.decide(asked, ANN)));
    expect(answers.map((one) => one.answer).toSorted()).toEqual([
      'recorded',
      ...Array.from({ length: 4 }, () => 'repeated'),
    ]);
    expect(await decisionRows(asked.gate)).toHaveLength(1);
  });

  test('approved and denied at the same moment by two people, 50 times: one wins, the other is told', async () => {
    const states = new Set<string>();
    for (let at = 0; at < 50; at += 1) {
      const asked = await team.ask();
      const pair = [team.decide(asked, ANN, 'approve'), team.decide(asked, BOB, 'deny')];
      const answers = await Promise.all(at % 2 === 0 ? pair : pair.toReversed());
      const recorded = answers.filter((one) => one.answer === 'recorded');
      const late = answers.find((one) => one.answer === 'refused');
      expect(recorded).toHaveLength(1);
      expect(late).toMatchObject({ why: 'not-open' });
      const gate = await team.doors.gate(asked.gate);
      expect(gate?.state).toBe(gate?.decisions[0]?.decision === 'approve' ? 'approved' : 'denied');
      expect(gate?.decisions).toHaveLength(1);
      states.add(gate?.state ?? '');
    }
    expect([...states].every((state) => state === 'approved' || state === 'denied')).toBe(true);
  });

  test('and a cancellation at the same moment, 30 times: both are answered, neither waits for the other forever', async () => {
    for (let at = 0; at < 30; at += 1) {
      const asked = await team.ask();
      const [decided, cancelled] = await Promise.all([
        team.decide(asked, ANN),
        team.doors.cancel(asked.run, BOB, 'stop'),
      ]);
      expect(cancelled).toBe('cancelling');
      expect(['recorded', 'refused']).toContain(decided.answer);
      // Approved first or cancelled first, an approval that was not used is withdrawn.
      expect(await stateOf(asked.gate)).toBe('void');
      expect(await team.grant(asked.action)).toMatchObject({ answer: 'refused' });
    }
  });

  describe('is refused, and the ledger says who tried what,', () => {
    test.each<[string, string, (asked: Asked) => ReturnType<AuthorityFixture['decide']>]>([
      ['of somebody who is not on the list', 'not-an-approver', (on) => team.decide(on, STRANGER)],
      ['to deny, of somebody who is not on the list', 'not-an-approver', (on) => team.decide(on, STRANGER, 'deny')],
      ['of the one who asked for the run, in a team', 'not-an-approver', (on) => team.decide(on, REQUESTER)],
      [
        'of somebody with the name of an approver and another id',
        'not-an-approver',
        (on) => team.decide(on, { ...ANN, id: 'slack:T1/U1' }),
      ],
      ['with another digest', 'other-digest', (on) => team.decide({ ...on, digest: digestOf('other') }, ANN)],
      [
        'with the digest of one option and the name of another',
        'other-digest',
        (on) => team.decide(on, ANN, 'approve', { option: 'restart' }),
      ],
      ['to edit', 'invalid', (on) => team.decide(on, ANN, 'edit')],
      ['to send back', 'invalid', (on) => team.decide(on, ANN, 'send-back')],
    ])('%s', async (_, why, attempt) => {
      const asked = await team.ask();
      expect(await attempt(asked)).toMatchObject({ answer: 'refused', why });
      expect(await stateOf(asked.gate)).toBe('open');
      expect(await decisionRows(asked.gate)).toHaveLength(0);
      expect(await refusals(asked)).toEqual([expect.objectContaining({ gate: asked.gate, why })]);
      expect(await team.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'not-approved' });
    });

    test('of a gate of another run, with that gate’s own digest', async () => {
      const [one, other] = [await team.ask(), await team.ask()];
      expect(await team.decide({ gate: one.gate, digest: other.digest }, ANN)).toMatchObject({ why: 'other-digest' });
    });

    test.each(['approve', 'deny'] as const)('contrary to one’s own (%s first)', async (first) => {
      const asked = await team.ask();
      await team.decide(asked, ANN, first);
      const state = await stateOf(asked.gate);
      const second = first === 'approve' ? 'deny' : 'approve';
      expect(await team.decide(asked, ANN, second)).toMatchObject({ answer: 'refused', why: 'contrary' });
      expect(await stateOf(asked.gate)).toBe(state);
      expect(await refusals(asked)).toHaveLength(1);
    });

    test('after another’s, whatever it says', async () => {
      const asked = await team.ask();
      await team.decide(asked, ANN, 'deny');
      expect(await team.decide(asked, BOB)).toMatchObject({ why: 'not-open', message: expect.stringContaining('ann') });
    });

    test('once the gate has expired, also before anybody wrote that down', async () => {
      const own = await startAuthority();
      try {
        const asked = await own.ask();
        own.forward(ms('8d'));
        expect(await own.decide(asked, ANN)).toMatchObject({ answer: 'refused', why: 'not-open' });
        expect(await own.attend(asked)).toMatchObject({ state: 'expired' });
        expect(await own.decide(asked, ANN)).toMatchObject({ answer: 'refused', why: 'not-open' });
        expect(await own.kinds(asked.run)).toEqual(expect.arrayContaining(['decision.refused', 'gate.expired']));
      } finally {
        await own.close();
      }
    });

    test('of a gate that is not there, and leaves no trace', async () => {
      expect(await team.decide({ gate: 'g-zzzzzz', digest: digestOf(1) }, ANN)).toMatchObject({ why: 'unknown-gate' });
    });
  });

  test('does not expire a gate before its time, nor one that was decided', async () => {
    const asked = await team.ask();
    expect(await team.attend(asked)).toMatchObject({ state: 'open' });
    await team.decide(asked, ANN);
    expect(await team.attend(asked)).toMatchObject({ state: 'approved', chosen: 'rollback' });
  });

  test('by nobody is possible where the list is empty', async () => {
    const nobody = await startAuthority({ approvers: [] });
    try {
      const asked = await nobody.ask();
      for (const one of [ANN, REQUESTER, STRANGER])
        expect(await nobody.decide(asked, one)).toMatchObject({ answer: 'refused', why: 'not-an-approver' });
      expect((await nobody.doors.gate(asked.gate))?.missing).toEqual(['1 of approvers']);
    } finally {
      await nobody.close();
    }
  });

  test('by the one who asked is possible in solo, and the rule that let them is in the record', async () => {
    const solo = await startAuthority({ approvers: [REQUESTER], solo: true });
    try {
      const asked = await solo.ask();
      expect(await solo.decide(asked, REQUESTER)).toMatchObject({ answer: 'recorded', complete: true });
      expect((await solo.doors.gate(asked.gate))?.requirement).toMatchObject({
        selfApproval: true,
        rule: expect.stringMatching(/^solo/),
      });
    } finally {
      await solo.close();
    }
  });

  test('chooses one option of a plan: the others stay unapproved', async () => {
    const of = await team.startRun();
    const [one, two] = [await team.preview(of, 1), await team.preview(of, 2, { args: { revision: 2 } })];
    const gate = await team.openGate(of, [optionOf('a', [one.id]), optionOf('b', [two.id], false)]);
    const digest = gate.options.find((option) => option.id === 'b')?.digest ?? '';
    expect(gate.kind).toBe('plan');
    expect(await team.decide({ gate: gate.id, digest }, ANN, 'choose')).toMatchObject({ record: { option: 'b' } });
    expect(await team.doors.gate(gate.id)).toMatchObject({ state: 'approved', chosen: 'b' });
    await team.authority.lock({ ...of, actions: [one.id, two.id] });
    expect(await team.grant(one.id)).toMatchObject({ code: 'not-approved' });
    expect(await team.grant(two.id)).toMatchObject({ answer: 'granted' });
  });

  test('cannot be asked for under one name twice: two options of one id would make an approval mean two things', async () => {
    const of = await team.startRun();
    const [one, two] = [await team.preview(of, 1), await team.preview(of, 2, { args: { revision: 2 } })];
    await expect(team.openGate(of, [optionOf('a', [one.id]), optionOf('a', [two.id], false)])).rejects.toMatchObject({
      type: 'stop.invalid-input',
      message: expect.stringContaining('options'),
    });
  });
});
