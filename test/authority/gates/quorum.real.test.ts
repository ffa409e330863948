import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { signedPart } from '../../../src/domain/decision.ts';
import { type AuthorityFixture, optionOf, person, REQUESTER, startAuthority } from '../../support/authority-fixture.ts';
import { bundleSample } from '../../support/bundle-sample.ts';
import { fakeStepUp, proofBy } from '../../support/fake-step-up.ts';
import { describeReal } from '../../support/parts.ts';

const [ANN, BOB, CY, DEE] = [person('ann'), person('bob'), person('cy'), person('dee')];

const groups = { sre: ['ann', 'bob', 'requester'], owners: ['ann', 'cy'] };
const needs = [
  { count: 2, group: 'sre' },
  { count: 1, group: 'owners' },
];

const USUAL = bundleSample({ groups, others: ['dee'], requirement: { needs } });

describeReal('a gate that needs two of one group and one of another', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority({ bundle: USUAL, stepUp: fakeStepUp() });
  });
  beforeEach(() => belay.useBundle(USUAL));
  afterAll(() => belay.close());
  const viewOf = (gate: string) => belay.doors.gate(gate);

  test('opens with the third distinct person, each in the one place they fill; until then the card says what is missing', async () => {
    belay.useBundle(bundleSample({ groups: { ...groups, sre: [...groups.sre, 'dee'] }, requirement: { needs } }));
    const asked = await belay.ask();
    expect((await viewOf(asked.gate))?.missing).toEqual(['2 of sre', '1 of owners']);
    expect(await belay.decide(asked, ANN)).toMatchObject({ complete: false, missing: ['1 of sre', '1 of owners'] });
    expect(await belay.decide(asked, BOB)).toMatchObject({ complete: false, missing: ['1 of owners'] });
    expect(await viewOf(asked.gate))?.toMatchObject({ state: 'open', missing: ['1 of owners'] });
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'not-approved' });
    expect(await belay.decide(asked, CY)).toMatchObject({ complete: true, missing: [] });
    expect(await viewOf(asked.gate))?.toMatchObject({ state: 'approved', chosen: 'rollback' });
  });

  test('is not filled by one person twice: not by saying it again, nor by another door or identity of theirs', async () => {
    const bundle = bundleSample({ groups, requirement: { needs: [{ count: 2, group: 'sre' }] } });
    bundle.directory.people['ann']?.identities.push('slack:T1/UANN');
    belay.useBundle(bundle);
    const asked = await belay.ask();
    await belay.decide(asked, ANN);
    expect(await belay.decide(asked, ANN)).toMatchObject({
      answer: 'repeated',
      complete: false,
      missing: ['1 of sre'],
    });
    const inSlack = { id: 'slack:T1/UANN', name: 'ann', door: 'slack' as const };
    expect(await belay.decide(asked, inSlack)).toMatchObject({ answer: 'repeated', complete: false });
    expect((await viewOf(asked.gate))?.decisions).toHaveLength(1);
  });

  test('counts no requester, and no stranger; each is told, and the record has both', async () => {
    const asked = await belay.ask();
    expect(await belay.decide(asked, REQUESTER)).toMatchObject({
      why: 'not-an-approver',
      message: expect.stringMatching(/somebody else/),
    });
    expect(await belay.decide(asked, DEE)).toMatchObject({
      why: 'not-an-approver',
      message: expect.stringMatching(/dee is not in sre, owners/),
    });
    expect((await belay.kinds(asked.run)).filter((kind) => kind === 'decision.refused')).toHaveLength(2);
    expect(await viewOf(asked.gate))?.toMatchObject({ state: 'open', decisions: [] });
  });

  test('ends with one denial, also of the requester, who may always stop what they asked for', async () => {
    const asked = await belay.ask();
    await belay.decide(asked, ANN);
    expect(await belay.decide(asked, REQUESTER, 'deny', { reason: 'wrong service' })).toMatchObject({ complete: true });
    expect(await viewOf(asked.gate))?.toMatchObject({ state: 'denied', reason: 'wrong service', chosen: null });
  });

  test('ends with the second denial where policy wants two', async () => {
    belay.useBundle(bundleSample({ groups, requirement: { needs, denials: 2 } }));
    const asked = await belay.ask();
    expect(await belay.decide(asked, BOB, 'deny')).toMatchObject({ complete: false });
    expect(await viewOf(asked.gate))?.toMatchObject({ state: 'open' });
    expect(await belay.decide(asked, CY, 'deny')).toMatchObject({ complete: true });
    expect(await viewOf(asked.gate))?.toMatchObject({ state: 'denied' });
  });

  test('approvals of different options do not add up', async () => {
    belay.useBundle(bundleSample({ groups, requirement: { needs: [{ count: 2, group: 'sre' }] } }));
    const of = await belay.startRun({}, DEE);
    const [one, two] = [await belay.preview(of, 1), await belay.preview(of, 2, { args: { revision: 2 } })];
    const gate = await belay.openGate(of, [optionOf('a', [one.id]), optionOf('b', [two.id], false)]);
    const digestOf = (id: string) => gate.options.find((option) => option.id === id)?.digest ?? '';
    await belay.decide({ gate: gate.id, digest: digestOf('a') }, ANN);
    expect(await belay.decide({ gate: gate.id, digest: digestOf('b') }, BOB, 'choose')).toMatchObject({
      complete: false,
      missing: ['1 of sre'],
    });
    expect(await viewOf(gate.id)).toMatchObject({ state: 'open', missing: ['1 of sre'] });
    expect(await belay.decide({ gate: gate.id, digest: digestOf('b') }, REQUESTER)).toMatchObject({
      complete: true,
      record: { option: 'b' },
    });
  });

  test('asks for the passkey of each, takes no word for it and no passkey of another', async () => {
    belay.useBundle(bundleSample({ groups, requirement: { needs: [{ count: 1, group: 'sre' }], stepUp: true } }));
    const asked = await belay.ask();
    expect(await belay.decide(asked, ANN)).toMatchObject({
      why: 'step-up-needed',
      message: expect.stringContaining(`/approve/${asked.gate}`),
    });
    expect(await belay.decide(asked, ANN, 'approve', { proof: proofBy('bob') })).toMatchObject({ why: 'invalid' });
    expect((await viewOf(asked.gate))?.decisions).toEqual([]);
    const answer = await belay.decide(asked, ANN, 'approve', { proof: proofBy('ann') });
    expect(answer).toMatchObject({ complete: true, record: { strength: 'step-up', proof: { passkey: 'key-of-ann' } } });
    if (answer.answer !== 'recorded') throw new Error('unreachable');
    const { record } = answer;
    expect(belay.context.key.verify(signedPart({ ...record, strength: 'door' }), record.keyId, record.signature)).toBe(
      false,
    );
  });

  test('to stop needs no passkey; where none can be checked nobody approves', async () => {
    const own = await startAuthority({ bundle: bundleSample({ requirement: { stepUp: true } }) });
    try {
      const asked = await own.ask();
      expect(await own.decide(asked, ANN)).toMatchObject({
        why: 'step-up-needed',
        message: expect.stringMatching(/none can be checked/),
      });
      expect(await own.decide(asked, ANN, 'approve', { proof: proofBy('ann') })).toMatchObject({ why: 'invalid' });
      expect(await own.decide(asked, ANN, 'deny')).toMatchObject({ complete: true });
    } finally {
      await own.close();
    }
  });

  test('that policy asks nobody for stands approved as it opens, by no person', async () => {
    const nobody = { ...bundleSample({ groups }).policy.choice, needs: [], rule: 'runs unasked (small)' };
    belay.useBundle(bundleSample({ groups, judge: () => ({ say: 'gate', requirement: nobody }) }));
    const asked = await belay.ask();
    expect(await viewOf(asked.gate))?.toMatchObject({
      state: 'approved',
      decisions: [],
      reason: 'runs unasked (small)',
    });
    expect(await belay.attend(asked)).toMatchObject({ state: 'approved', chosen: 'rollback' });
    belay.useBundle(bundleSample({ groups, requirement: { needs } }));
    await belay.authority.lock({ run: asked.run, execution: asked.execution, actions: [asked.action] });
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'not-approved' });
  });
});
