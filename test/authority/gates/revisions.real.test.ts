import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { MAX_SENT_BACK } from '../../../src/authority/gates/revise.ts';
import { signedPart } from '../../../src/domain/decision.ts';
import {
  type Asked,
  type AuthorityFixture,
  optionOf,
  person,
  startAuthority,
} from '../../support/authority-fixture.ts';
import { bundleSample } from '../../support/bundle-sample.ts';
import { describeReal } from '../../support/parts.ts';

const [ANN, BOB, CY] = [person('ann'), person('bob'), person('cy')];
const MODEL = { kind: 'model' as const, model: 'm', promptHash: 'p' };

const USUAL = bundleSample({ groups: { approvers: ['ann', 'bob', 'cy'] } });

describeReal('what people want instead', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority({ bundle: USUAL });
  });
  beforeEach(() => belay.useBundle(USUAL));
  afterAll(() => belay.close());

  const viewOf = (gate: string) => belay.doors.gate(gate);
  const edit = (on: { gate: string; digest: string }, args: Record<string, number>, by = ANN) =>
    belay.decide(on, by, 'edit', { args });
  /** The next gate of a run, as its workflow opens it after it previewed what is asked for now. */
  async function openNext(asked: Asked, ordinal: number, revision: number, changes = {}): Promise<Asked> {
    const { id } = await belay.preview(asked, ordinal, { args: { revision } });
    const gate = await belay.openGate(asked, [optionOf('rollback', [id])], ordinal, {
      replaces: asked.gate,
      ...changes,
    });
    return { ...asked, action: id, gate: gate.id, digest: gate.digest };
  }
  /** A gate on a model's plan. */
  async function askModel(): Promise<Asked> {
    const of = await belay.startRun();
    const { id } = await belay.preview(of);
    const gate = await belay.openGate(of, [optionOf('rollback', [id])], 1, { proposedBy: MODEL });
    return { ...of, action: id, gate: gate.id, digest: gate.digest };
  }

  test('an edit withdraws the gate, names the next one at once, and is signed with its arguments', async () => {
    const asked = await belay.ask();
    const answer = await edit(asked, { revision: 2 });
    if (answer.answer !== 'revised') throw new Error(JSON.stringify(answer));
    const { record, gate: next } = answer;
    // Defaults of the tool's schema are part of what is asked for.
    const revision = { kind: 'edit', next, option: 'rollback', action: 0, args: { revision: 2, wait: 5 }, by: 'ann' };
    expect(record.revision).toEqual(revision);
    expect(belay.context.key.verify(signedPart(record), record.keyId, record.signature)).toBe(true);
    expect(belay.context.key.verify(signedPart({ ...record, revision: null }), record.keyId, record.signature)).toBe(
      false,
    );
    expect(await viewOf(asked.gate))?.toMatchObject({
      state: 'void',
      replacedBy: next,
      reason: expect.stringContaining(next),
    });
    expect(await belay.attend(asked)).toMatchObject({ state: 'void', revision });
    expect(await belay.kinds(asked.run)).toEqual(expect.arrayContaining(['gate.revised', 'gate.voided']));
    expect(await belay.doors.gate(next)).toBeUndefined();
    const opened = await openNext(asked, 2, 2);
    expect(opened.gate).toBe(next);
    expect(await viewOf(next)).toMatchObject({ state: 'open', proposedBy: { kind: 'person', person: 'ann' } });
  });

  test('an edit said again is the same edit; another one afterwards, and any approval, comes too late', async () => {
    const asked = await belay.ask();
    const first = await edit(asked, { revision: 2 });
    expect(await edit(asked, { revision: 2 })).toEqual(first);
    expect(await edit(asked, { revision: 1 })).toMatchObject({ answer: 'refused', why: 'contrary' });
    const next = first.answer === 'revised' ? first.gate : '';
    for (const late of [await belay.decide(asked, BOB), await edit(asked, { revision: 1 }, BOB)])
      expect(late).toMatchObject({ why: 'not-open', message: expect.stringContaining(next) });
    expect((await belay.db.selectFrom('decisions').selectAll().where('gate', '=', asked.gate).execute()).length).toBe(
      1,
    );
  });

  test('edited by two at the same moment, 20 times: one is asked next, the other is told which', async () => {
    for (let at = 0; at < 20; at += 1) {
      const asked = await belay.ask();
      const answers = await Promise.all([edit(asked, { revision: 1 }, ANN), edit(asked, { revision: 2 }, BOB)]);
      const [won, lost] = [
        answers.find((one) => one.answer === 'revised'),
        answers.find((one) => one.answer === 'refused'),
      ];
      expect(won?.answer === 'revised' && lost?.answer === 'refused' && lost.message.includes(won.gate)).toBe(true);
    }
  });

  test.each<[string, object, RegExp]>([
    ['no arguments', {}, /args/],
    ['arguments that the tool’s schema refuses', { args: { revision: 'two' } }, /args\.revision must be integer/],
    ['an action that the option does not have', { args: { revision: 2 }, action: 1 }, /action/],
  ])('an edit with %s is refused and changes nothing', async (_, more, message) => {
    const asked = await belay.ask();
    expect(await belay.decide(asked, ANN, 'edit', more)).toMatchObject({
      why: 'invalid',
      message: expect.stringMatching(message),
    });
    expect(await viewOf(asked.gate))?.toMatchObject({ state: 'open', decisions: [] });
  });

  test('whoever edited it counts as having asked for it, through every later edit', async () => {
    const first = await belay.ask();
    await edit(first, { revision: 2 }, ANN);
    const second = await openNext(first, 2, 2);
    expect(await belay.decide(second, ANN)).toMatchObject({
      why: 'not-an-approver',
      message: expect.stringMatching(/somebody else/),
    });
    await edit(second, { revision: 1 }, BOB);
    const third = await openNext(second, 3, 1);
    for (const one of [ANN, BOB]) expect(await belay.decide(third, one)).toMatchObject({ why: 'not-an-approver' });
    expect(await belay.decide(third, CY)).toMatchObject({ complete: true });
  });

  test('what was approved before an edit opens nothing after it, under its old digest or its new one', async () => {
    belay.useBundle(
      bundleSample({
        groups: { approvers: ['ann', 'bob', 'cy'] },
        requirement: { needs: [{ count: 2, group: 'approvers' }] },
      }),
    );
    const first = await belay.ask();
    await belay.decide(first, BOB);
    await edit(first, { revision: 2 }, ANN);
    const second = await openNext(first, 2, 2);
    expect((await viewOf(second.gate))?.missing).toEqual(['2 of approvers']);
    await belay.authority.lock({ run: first.run, execution: first.execution, actions: [first.action, second.action] });
    for (const { action } of [first, second])
      expect(await belay.grant(action)).toMatchObject({ answer: 'refused', code: 'not-approved' });
    expect(await belay.decide({ gate: second.gate, digest: first.digest }, BOB)).toMatchObject({ why: 'other-digest' });
  });

  test('one who approved may still edit while others are waited for', async () => {
    belay.useBundle(bundleSample({ requirement: { needs: [{ count: 2, group: 'approvers' }] } }));
    const asked = await belay.ask();
    await belay.decide(asked, ANN);
    expect(await edit(asked, { revision: 2 })).toMatchObject({ answer: 'revised' });
  });

  test('a gate takes the place of another only where people asked for that, and only once', async () => {
    const asked = await belay.ask();
    await expect(openNext(asked, 2, 2)).rejects.toMatchObject({
      type: 'stop.invalid-input',
      message: expect.stringMatching(/replaces/),
    });
    await edit(asked, { revision: 2 });
    await openNext(asked, 2, 2);
    await expect(openNext(asked, 3, 2)).rejects.toMatchObject({
      type: 'stop.invalid-input',
      message: expect.stringMatching(/replaces/),
    });
  });

  test('a model’s plan is sent back with feedback, as often as is sensible', async () => {
    let asked = await askModel();
    for (let time = 1; time <= MAX_SENT_BACK; time += 1) {
      const answer = await belay.decide(asked, ANN, 'send-back', { reason: `not like this ${time}` });
      expect(answer).toMatchObject({ answer: 'revised', record: { revision: { feedback: `not like this ${time}` } } });
      expect(await belay.decide(asked, ANN, 'send-back', { reason: `not like this ${time}` })).toEqual(answer);
      asked = await openNext(asked, time + 1, time, { proposedBy: MODEL });
    }
    expect(await belay.decide(asked, ANN, 'send-back', { reason: 'again' })).toMatchObject({
      why: 'invalid',
      message: expect.stringMatching(/3 times/),
    });
    // Feedback is no edit: who gave it may still approve what came of it.
    expect(await belay.decide(asked, ANN)).toMatchObject({ complete: true });
  });

  test.each<[string, (() => Promise<Asked>) | undefined, string | undefined]>([
    ['without saying what should be different', undefined, ' '],
    ['that written rules proposed', () => belay.ask(), 'no'],
  ])('a plan is not sent back %s', async (_, start, reason) => {
    const asked = await (start ?? askModel)();
    expect(await belay.decide(asked, ANN, 'send-back', { reason })).toMatchObject({
      answer: 'refused',
      why: 'invalid',
    });
    expect(await viewOf(asked.gate))?.toMatchObject({ state: 'open' });
  });
});
