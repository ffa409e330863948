import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import ms from 'ms';
import type { DecisionAnswer } from '../../../src/domain/decision.ts';
import { digestOf } from '../../../src/domain/digest.ts';
import type { Person } from '../../../src/domain/person.ts';
import {
  type Asked,
  type AuthorityFixture,
  optionOf,
  person,
  startAuthority,
} from '../../support/authority-fixture.ts';
import { bundleSample } from '../../support/bundle-sample.ts';
import { describeReal } from '../../support/parts.ts';

const [ANN, BOB] = [person('ann'), person('bob')];
const OPEN = { groups: { approvers: ['ann', 'bob', 'requester'] } };
const ONE = bundleSample(OPEN);
const TWO = bundleSample({ ...OPEN, requirement: { needs: [{ count: 2, group: 'approvers' }] } });

type Attempt = (belay: AuthorityFixture, on: Asked) => Promise<unknown>;
const by =
  (who: Person, decision: 'approve' | 'edit' = 'approve', more = {}): Attempt =>
  (belay, on) =>
    belay.decide(on, who, decision, more);
const inSlack = (id: string, name = 'ann'): Person => ({ id, name, door: 'slack' });

/** What is tried on an open gate to have its action begin. Expected of each: refused, recorded, no effect. */
const ATTEMPTS: [string, Attempt][] = [
  ['17 somebody who is on no list', by(person('stranger'))],
  ['19 the requester of the action', by(person('requester'))],
  ['20 a bot: the schedule', by({ id: 'schedule:nightly', name: 'ann', door: 'schedule' })],
  ['20 a bot: the alert that started the run', by({ id: 'alert:alertmanager', name: 'ann', door: 'alert' })],
  ['20 an app user of Slack', by(inSlack('slack:T1/UBOT'))],
  ['21 a member of another Slack team with an approver’s user id', by(inSlack('slack:T2/UANN'))],
  ['21 somebody with an approver’s name only', by({ id: 'local:ann2', name: 'ann', door: 'api' })],
  [
    '23 a digest of another gate',
    async (belay, on) => belay.decide({ gate: on.gate, digest: (await belay.ask()).digest }, ANN),
  ],
  ['24 an option by another’s name', by(ANN, 'approve', { option: 'other' })],
  ['25 a digest of nothing', (belay, on) => belay.decide({ gate: on.gate, digest: digestOf('plan B') }, ANN)],
  ['26 other arguments under an approval', by(ANN, 'edit', { args: { revision: 'x' } })],
];

describeReal('what is tried on a gate', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  beforeEach(() => belay.useBundle(ONE));
  afterAll(() => belay.close());

  const lock = (on: Asked) => belay.authority.lock({ run: on.run, execution: on.execution, actions: [on.action] });
  const refusals = async (on: Asked) =>
    (await belay.kinds(on.run)).filter((kind) => kind === 'decision.refused').length;
  const effects = async (on: Asked) => (await belay.kinds(on.run)).filter((kind) => kind === 'action.intended').length;

  test.each(ATTEMPTS)('%s: refused, recorded, no effect', async (_, attempt) => {
    const asked = await belay.ask();
    expect(await attempt(belay, asked)).toMatchObject({ answer: 'refused' });
    expect(await refusals(asked)).toBe(1);
    expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'open', decisions: [] });
    await lock(asked);
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'not-approved' });
    expect(await effects(asked)).toBe(0);
  });

  test('18 an empty list is nobody', async () => {
    belay.useBundle(bundleSample({ groups: { approvers: [] }, others: ['ann', 'requester'] }));
    const asked = await belay.ask();
    expect(await belay.decide(asked, ANN)).toMatchObject({ why: 'not-an-approver' });
    expect(await refusals(asked)).toBe(1);
  });

  test('22 the same person fills one of two places', async () => {
    belay.useBundle(TWO);
    const asked = await belay.ask();
    await belay.decide(asked, ANN);
    expect(await belay.decide(asked, ANN)).toMatchObject({ answer: 'repeated', complete: false });
    await lock(asked);
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused' });
  });

  test('25 an approval of plan A opens nothing of plan B, though both are of one run and one target', async () => {
    const asked = await belay.ask();
    await belay.decide(asked, ANN);
    const other = await belay.preview(asked, 2, { args: { revision: 1 } });
    await belay.openGate(asked, [optionOf('b', [other.id])], 2);
    await belay.authority.lock({ run: asked.run, execution: asked.execution, actions: [asked.action, other.id] });
    expect(await belay.grant(other.id)).toMatchObject({ answer: 'refused', code: 'not-approved' });
  });

  test('26 arguments that change after the approval void it', async () => {
    const asked = await belay.ask();
    await belay.decide(asked, ANN);
    await belay.preview(asked, 1, { args: { revision: 1 } });
    expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'void' });
    await lock(asked);
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused' });
  });

  test('27 a spent approval is good for nothing more', async () => {
    const asked = await belay.approved();
    await belay.grant(asked.action);
    await belay.record(asked.action, 1);
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'done' });
    expect(await belay.decide(asked, BOB)).toMatchObject({ why: 'not-open' });
    expect(await effects(asked)).toBe(1);
  });

  test('28 an approval that waited too long opens nothing, also where nobody looked at it since', async () => {
    const asked = await belay.approved();
    belay.forward(ms('1h') + 1);
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused' });
    expect(await effects(asked)).toBe(0);
  });

  test('29 a run that says of itself that it is approved gets what its gate’s row says', async () => {
    const asked = await belay.ask();
    await lock(asked);
    // Whatever a workflow was told by signal or update: it can only ask, and voiding is all it can do to a gate.
    expect(await belay.attend(asked)).toMatchObject({ state: 'open', chosen: null });
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'not-approved' });
  });

  test('31 one approval is no approval of the next same action: it has a gate of its own', async () => {
    const asked = await belay.approved();
    await belay.grant(asked.action);
    await belay.record(asked.action, 1);
    const { id, digest } = await belay.preview(asked, 2);
    const { digest: before } = await belay.preview(asked, 1);
    expect(digest).toBe(before);
    expect(await belay.grant(id)).toMatchObject({ answer: 'refused', code: 'not-approved' });
  });

  test('fault 15: a button delivered five times at once is one decision and one effect', async () => {
    const asked = await belay.ask();
    await Promise.all(Array.from({ length: 5 }, () => belay.decide(asked, ANN)));
    await lock(asked);
    await Promise.all(Array.from({ length: 5 }, () => belay.grant(asked.action)));
    expect((await belay.doors.gate(asked.gate))?.decisions).toHaveLength(1);
    expect(await effects(asked)).toBe(1);
  });

  test('fault 16: approve and deny at one moment, 30 times: one winner, both told, both in the ledger', async () => {
    for (let at = 0; at < 30; at += 1) {
      const asked = await belay.ask();
      const pair = [belay.decide(asked, ANN, 'approve'), belay.decide(asked, BOB, 'deny')];
      const answers: DecisionAnswer[] = await Promise.all(at % 2 === 0 ? pair : pair.toReversed());
      expect(answers.map(({ answer }) => answer).toSorted()).toEqual(['recorded', 'refused']);
      const kinds = (await belay.kinds(asked.run)).filter((kind) => kind.startsWith('decision.'));
      expect(kinds.toSorted()).toEqual(['decision.recorded', 'decision.refused']);
      const gate = await belay.doors.gate(asked.gate);
      expect(gate?.state).toBe(gate?.decisions[0]?.decision === 'approve' ? 'approved' : 'denied');
    }
  });

  test('fault 17: decided and expired at one moment, 20 times: one of both, never both', async () => {
    for (let at = 0; at < 20; at += 1) {
      const asked = await belay.ask();
      belay.forward(ms('7d') - 1);
      const deciding = belay.decide(asked, ANN);
      belay.forward(1);
      const [answer, { state }] = await Promise.all([deciding, belay.attend(asked)]);
      expect(state).toBe(answer.answer === 'recorded' ? 'approved' : 'expired');
      expect(await belay.doors.gate(asked.gate)).toMatchObject({ state });
    }
  });

  test('fault 18: who loses the role between card and click is refused', async () => {
    const asked = await belay.ask();
    belay.useBundle(bundleSample({ groups: { approvers: ['bob'] }, others: ['ann', 'requester'] }));
    expect(await belay.decide(asked, ANN)).toMatchObject({ why: 'not-an-approver' });
    belay.useBundle(bundleSample({ ...OPEN, inactive: ['ann'] }));
    expect(await belay.decide(asked, ANN)).toMatchObject({
      why: 'not-an-approver',
      message: expect.stringContaining('deactivated'),
    });
    expect(await belay.doors.gate(asked.gate)).toMatchObject({ decisions: [] });
  });

  test('fault 20: an alert that resolves tells the run, whose gate is void; a later click is told why', async () => {
    const asked = await belay.ask();
    await belay.db
      .updateTable('runs')
      .set({ alert_resolved_at: belay.context.now() })
      .where('id', '=', asked.run)
      .execute();
    expect((await belay.attend(asked)).news).toMatchObject({ alertResolved: true });
    await belay.authority.voidGate({
      ...asked,
      reason: 'The alert resolved before anybody decided; nothing was done.',
    });
    expect(await belay.decide(asked, ANN)).toMatchObject({
      why: 'not-open',
      message: expect.stringContaining('The alert resolved'),
    });
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused' });
  });
});
