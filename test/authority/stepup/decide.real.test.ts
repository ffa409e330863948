import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DecisionRequest } from '../../../src/domain/decision.ts';
import { digestOf } from '../../../src/domain/digest.ts';
import { optionOf } from '../../support/authority-fixture.ts';
import {
  ada,
  bob,
  directoryOfTest,
  type PasskeyAuthority,
  startPasskeyAuthority,
  stepUpBundle,
} from '../../support/passkey-authority.ts';
import { describeReal } from '../../support/parts.ts';
import { type SoftwarePasskey, softwarePasskey, type Twist } from '../../support/software-passkey.ts';

describeReal('a decision that policy wants a passkey for', ['postgres'], () => {
  let belay: PasskeyAuthority;
  let adas: SoftwarePasskey;
  let bobs: SoftwarePasskey;
  beforeAll(async () => {
    belay = await startPasskeyAuthority();
    adas = await belay.enrol('ada');
    bobs = await belay.enrol('bob');
  });
  afterAll(() => belay.close());

  /** A gate with two options, so that one can be taken for the other. */
  async function ask() {
    const of = await belay.startRun();
    const first = await belay.preview(of, 1);
    const second = await belay.preview(of, 2, { args: { revision: 2 } });
    const gate = await belay.openGate(of, [optionOf('one', [first.id]), optionOf('two', [second.id], false)]);
    const [one, two] = gate.options;
    if (!one || !two) throw new Error('no options');
    return { ...of, gate: gate.id, one: one.digest, two: two.digest, actions: [first.id, second.id] };
  }
  const approve = (digest: string, more: Partial<DecisionRequest> = {}): DecisionRequest => ({
    decision: 'approve',
    digest,
    ...more,
  });
  const decisions = async (gate: string) =>
    await belay.db.selectFrom('decisions').select('record').where('gate', '=', gate).execute();

  /** Nothing came of it but the refusal on record. */
  async function refused(of: { run: string; gate: string }, request: DecisionRequest, says: RegExp, by = ada) {
    const before = (await belay.kinds(of.run)).length;
    const answer = await belay.doors.decide(of.gate, request, by);
    expect(answer).toMatchObject({ answer: 'refused', message: expect.stringMatching(says) });
    expect(await decisions(of.gate)).toEqual([]);
    expect((await belay.doors.gate(of.gate))?.state).toBe('open');
    expect((await belay.kinds(of.run)).slice(before)).toEqual(['decision.refused']);
  }

  test('is recorded as step-up, with the proof, and completes the approval', async () => {
    const of = await ask();
    const request = await belay.confirmed(of.gate, approve(of.one, { reason: 'seen' }), ada, adas);
    const answer = await belay.doors.decide(of.gate, request, ada);
    expect(answer).toMatchObject({
      answer: 'recorded',
      complete: true,
      record: { strength: 'step-up', proof: { passkey: adas.id }, standing: { person: 'ada' }, reason: 'seen' },
    });
  });

  test('a choice is confirmed as the approval it is recorded as; a denial needs no passkey', async () => {
    const chosen = await ask();
    const request = await belay.confirmed(chosen.gate, approve(chosen.two, { decision: 'choose' }), ada, adas);
    expect(await belay.doors.decide(chosen.gate, request, ada)).toMatchObject({ record: { decision: 'approve' } });
    const denied = await ask();
    const deny = await belay.doors.decide(denied.gate, { decision: 'deny', digest: denied.one }, ada);
    expect(deny).toMatchObject({ answer: 'recorded', record: { strength: 'door', proof: null } });
  });

  test('without a proof is refused and told where to go', async () => {
    const of = await ask();
    const answer = await belay.doors.decide(of.gate, approve(of.one), ada);
    expect(answer).toMatchObject({ answer: 'refused', why: 'step-up-needed' });
    expect(await decisions(of.gate)).toEqual([]);
  });

  // What the passkey confirmed, and what somebody sends with its proof instead.
  test.each<[string, (of: Awaited<ReturnType<typeof ask>>) => [DecisionRequest, DecisionRequest], RegExp]>([
    ['another option', (of) => [approve(of.one), approve(of.two)], /confirmed another option/],
    ['another decision', (of) => [approve(of.one), approve(of.one, { decision: 'by-hand' })], /another decision/],
    ['another reason', (of) => [approve(of.one, { reason: 'a' }), approve(of.one, { reason: 'b' })], /another reason/],
    ['a reason added', (of) => [approve(of.one), approve(of.one, { reason: 'b' })], /another reason/],
    ['arguments added', (of) => [approve(of.one), approve(of.one, { args: { replicas: 0 } })], /other arguments/],
  ])('a proof serves no other decision: with %s it is refused', async (_, pair, says) => {
    const of = await ask();
    const [shown, sent] = pair(of);
    const { proof } = await belay.confirmed(of.gate, shown, ada, adas);
    await refused(of, { ...sent, ...(proof ? { proof } : {}) }, says);
  });

  test('a proof serves no other gate, although both ask for the same digest of the same person', async () => {
    const [first, second] = [await ask(), await ask()];
    const { proof } = await belay.confirmed(first.gate, approve(first.one), ada, adas);
    await refused(second, { ...approve(second.one), ...(proof ? { proof } : {}) }, /confirmed another approval/);
  });

  test('a proof serves no other person: not what ada confirmed, not with bob’s passkey, not by bob', async () => {
    const of = await ask();
    await refused(of, await belay.confirmed(of.gate, approve(of.one), ada, adas), /somebody else's decision/, bob);
    await refused(of, await belay.confirmed(of.gate, approve(of.one), ada, bobs), /not a passkey of ada|of ada/);
  });

  test('a proof is used up: the same one again, and after a refusal, is refused', async () => {
    const of = await ask();
    const proven = await belay.confirmed(of.gate, approve(of.one, { reason: 'a' }), ada, adas);
    await refused(of, { ...proven, reason: 'b' }, /another reason/);
    await refused(of, proven, /answered before/);
  });

  test('two at the same millisecond with one proof: one is recorded', async () => {
    const of = await ask();
    const proven = await belay.confirmed(of.gate, approve(of.one), ada, adas);
    const answers = await Promise.all([1, 2].map(() => belay.doors.decide(of.gate, proven, ada)));
    expect(answers.map(({ answer }) => answer).toSorted()).toEqual(['recorded', 'repeated']);
    expect(await decisions(of.gate)).toHaveLength(1);
  });

  test('a proof is over after five minutes, whatever the row in the database says', async () => {
    const of = await ask();
    const proven = await belay.confirmed(of.gate, approve(of.one), ada, adas);
    await belay.db
      .updateTable('challenges')
      .set({ expires_at: new Date(8e12) })
      .execute();
    belay.forward(5 * 60_000);
    await refused(of, proven, /more than five minutes old/);
  });

  test('a proof is of the rules it was made under: when they change, it is asked again', async () => {
    const of = await ask();
    const proven = await belay.confirmed(of.gate, approve(of.one), ada, adas);
    belay.become({ ...stepUpBundle(), hash: digestOf('other rules') });
    await refused(of, proven, /rules that have changed/);
    belay.become(stepUpBundle());
  });

  test.each<[string, Twist, RegExp]>([
    ['another origin', { origin: 'http://localhost:9999' }, /another page/],
    ['a look-alike origin', { origin: 'http://localhost:7420.example.com' }, /another page/],
    ['another site', { rpId: 'example.com' }, /another site/],
    ['no user verification', { userVerified: false }, /did not check who holds it/],
    ['another challenge', { challenge: 'AAAA' }, /something else than what is asked/],
    ['the type of an enrolment', { type: 'webauthn.create' }, /does not hold/],
    ['another user handle', { userHandle: 'AAAA' }, /another user/],
  ])('an answer with %s is refused', async (_, twist, says) => {
    const of = await ask();
    await refused(of, await belay.confirmed(of.gate, approve(of.one), ada, adas, twist), says);
  });

  test('a count that goes backwards (a copied passkey) is refused, and the good one goes on', async () => {
    const passkey = await belay.enrol('ada', 'copied');
    const [first, second, third] = [await ask(), await ask(), await ask()];
    const good = await belay.confirmed(first.gate, approve(first.one), ada, passkey, { counter: 10 });
    expect(await belay.doors.decide(first.gate, good, ada)).toMatchObject({ answer: 'recorded' });
    for (const counter of [10, 9])
      await refused(
        second,
        await belay.confirmed(second.gate, approve(second.one), ada, passkey, { counter }),
        /count went backwards/,
      );
    const next = await belay.confirmed(third.gate, approve(third.one), ada, passkey, { counter: 11 });
    expect(await belay.doors.decide(third.gate, next, ada)).toMatchObject({ answer: 'recorded' });
  });

  test('a passkey that was never enrolled, and a text that is no answer, are refused', async () => {
    const of = await ask();
    await refused(of, await belay.confirmed(of.gate, approve(of.one), ada, softwarePasskey()), /not known here/);
    const { proof } = await belay.confirmed(of.gate, approve(of.one), ada, adas);
    const junk = { challenge: proof?.challenge ?? '', assertion: { id: 'x' } };
    await refused(of, { ...approve(of.one), proof: junk }, /not what a passkey says/);
    await refused(of, { ...approve(of.one), proof: { challenge: 'c-0', assertion: {} } }, /not what|answered before/);
  });

  test('a revoked passkey proves nothing new, and what it proved before stands', async () => {
    const passkey = await belay.enrol('ada', 'lost');
    const [before, after] = [await ask(), await ask()];
    const proven = await belay.confirmed(before.gate, approve(before.one), ada, passkey);
    expect(await belay.doors.decide(before.gate, proven, ada)).toMatchObject({ answer: 'recorded' });
    const later = await belay.confirmed(after.gate, approve(after.one), ada, passkey);
    expect(await belay.passkeys.revoke(passkey.id, ada, 'lost it')).toEqual({ id: passkey.id, person: 'ada' });
    await refused(after, later, /was revoked/);
    await belay.authority.lock({ run: before.run, execution: before.execution, actions: before.actions.slice(0, 1) });
    expect(await belay.grant(before.actions[0] ?? '')).toMatchObject({ answer: 'granted' });
  });

  test('somebody who was deactivated after asking for the challenge proves nothing', async () => {
    const of = await ask();
    const proven = await belay.confirmed(of.gate, approve(of.one), ada, adas);
    const gone = directoryOfTest();
    const people = { ...gone.people, ada: { name: 'Ada', identities: ['local:ada'], active: false } };
    belay.become({ ...stepUpBundle(), directory: { ...gone, people } });
    await refused(of, proven, /deactivated/);
    belay.become(stepUpBundle());
  });

  test('nobody has a passkey at a server without a site: what needs one is refused', async () => {
    const of = await ask();
    const proven = await belay.confirmed(of.gate, approve(of.one), ada, adas);
    belay.moveTo(null);
    await refused(of, proven, /cannot be used at the address/);
    expect(await belay.passkeys.askStepUp(of.gate, approve(of.one), ada)).toMatchObject({ status: 409 });
    expect(await belay.context.stepUp?.possible(belay.db)).toBe(false);
    belay.moveTo({ id: 'localhost', origin: 'http://localhost:7420' });
  });
});
