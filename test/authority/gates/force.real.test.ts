import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { bindRun } from '../../../src/authority/runs/bind.ts';
import {
  type Asked,
  type AuthorityFixture,
  optionOf,
  person,
  startAuthority,
} from '../../support/authority-fixture.ts';
import { bundleSample } from '../../support/bundle-sample.ts';
import { fakeStepUp, proofBy } from '../../support/fake-step-up.ts';
import { describeReal } from '../../support/parts.ts';

const [ANN, BOB, CY] = [person('ann'), person('bob'), person('cy')];
const groups = { approvers: ['ann', 'bob', 'cy'], sre: ['ann', 'bob'] };
const requirement = { needs: [{ count: 2, group: 'approvers' }], breakGlass: ['sre'] };
const USUAL = bundleSample({ groups, requirement, leads: { sre: ['lea'] } });
const why = { reason: 'the shop is down' };

describeReal('without the usual approvals', ['postgres'], () => {
  let belay: AuthorityFixture;
  let incidents = 0;
  beforeAll(async () => {
    belay = await startAuthority({ stepUp: fakeStepUp() });
  });
  beforeEach(() => belay.useBundle(USUAL));
  afterAll(() => belay.close());

  const viewOf = (gate: string) => belay.doors.gate(gate);
  const alert = (name: string, status: 'firing' | 'resolved') => ({
    alert: {
      source: 'alertmanager',
      fingerprint: name,
      group: name,
      status,
      labels: { namespace: 'shop', deployment: name },
      annotations: {},
      startsAt: '2026-03-01T11:00:00.000Z',
      endsAt: null,
      generatorUrl: null,
    },
    route: { runbook: 'remediation/bad-deploy', mode: 'propose' as const, input: {} },
  });
  /** A gate of a run that an alert started, which still fires. */
  async function incident(): Promise<Asked & { name: string }> {
    const name = `service-${(incidents += 1)}`;
    const [receipt] = await belay.doors.receiveAlerts([alert(name, 'firing')]);
    const of = { run: receipt?.runId ?? '', execution: `chain-${name}` };
    await bindRun(belay.context, of.run, of.execution);
    await belay.authority.begin(of);
    const { id } = await belay.preview(of);
    const gate = await belay.openGate(of, [optionOf('rollback', [id])]);
    return { ...of, action: id, gate: gate.id, digest: gate.digest, name };
  }
  const force = (on: Asked, by = ANN, more: object = { ...why, proof: proofBy(by.name) }) =>
    belay.decide(on, by, 'break-glass', more);
  const reviewOf = async (run: string) => (await belay.doors.gates({ run })).find((gate) => gate.kind === 'review');

  describe('one person with a passkey', () => {
    test('forces it in an open incident: on record as such, the leads are paged, a review waits', async () => {
      const asked = await incident();
      expect(await force(asked)).toMatchObject({ answer: 'recorded', complete: true, record: { strength: 'step-up' } });
      expect(await viewOf(asked.gate)).toMatchObject({ state: 'approved', special: 'break-glass', reason: why.reason });
      expect(await belay.kinds(asked.run)).toEqual(expect.arrayContaining(['gate.forced', 'gate.decided']));
      const pages = await belay.db
        .selectFrom('outbox')
        .select('payload')
        .where('topic', '=', 'page')
        .where('subject', '=', asked.run)
        .execute();
      expect(pages.map(({ payload }) => payload)).toEqual([expect.objectContaining({ people: ['lea'] })]);
      expect(await reviewOf(asked.run)).toMatchObject({ state: 'open', kind: 'review' });
    });

    test('opens the grant by it, unless policy lets nobody force it by then, or they are gone', async () => {
      const [used, tightened, gone] = [await incident(), await incident(), await incident()];
      for (const one of [used, tightened, gone]) {
        await force(one);
        await belay.authority.lock({ run: one.run, execution: one.execution, actions: [one.action] });
      }
      expect(await belay.grant(used.action)).toMatchObject({ answer: 'granted' });
      belay.useBundle(bundleSample({ groups, requirement: { ...requirement, breakGlass: [] } }));
      expect(await belay.grant(tightened.action)).toMatchObject({ answer: 'refused', code: 'not-approved' });
      belay.useBundle(
        bundleSample({ groups: { approvers: ['bob', 'cy'], sre: ['bob'] }, requirement, leads: { sre: ['lea'] } }),
      );
      expect(await belay.grant(gone.action)).toMatchObject({ answer: 'refused', code: 'revoked' });
    });

    test('may do so after approving, when the second never comes', async () => {
      const asked = await incident();
      expect(await belay.decide(asked, ANN)).toMatchObject({ complete: false });
      expect(await force(asked)).toMatchObject({ complete: true });
      expect(await force(asked)).toMatchObject({ answer: 'repeated' });
    });

    test.each<[string, string, (on: Asked) => Promise<unknown>]>([
      ['without a passkey', 'step-up-needed', (on) => force(on, ANN, why)],
      ['with the passkey of another', 'invalid', (on) => force(on, ANN, { ...why, proof: proofBy('bob') })],
      ['without a reason', 'invalid', (on) => force(on, ANN, { reason: '  ', proof: proofBy('ann') })],
      ['who is in no group that may', 'not-an-approver', (on) => force(on, CY)],
      ['whom nobody knows', 'not-an-approver', (on) => force(on, person('stranger'))],
    ])('%s does not', async (_, refusal, attempt) => {
      const asked = await incident();
      expect(await attempt(asked)).toMatchObject({ answer: 'refused', why: refusal });
      expect(await viewOf(asked.gate)).toMatchObject({ state: 'open', decisions: [] });
      expect(await reviewOf(asked.run)).toBeUndefined();
    });

    test('does not once the incident is over, nor where none was', async () => {
      const [over, none] = [await incident(), await belay.ask()];
      await belay.doors.receiveAlerts([alert(over.name, 'resolved')]);
      expect(await force(over)).toMatchObject({ why: 'invalid', message: expect.stringContaining('No incident') });
      expect(await force(none)).toMatchObject({ why: 'invalid', message: expect.stringContaining('No incident') });
    });

    test('does not where policy lets nobody, by the rule of opening or the rule of now, and never past a forbid', async () => {
      belay.useBundle(bundleSample({ groups, requirement: { ...requirement, breakGlass: [] } }));
      const before = await incident();
      belay.useBundle(USUAL);
      expect(await force(before)).toMatchObject({ why: 'not-an-approver' });
      const after = await incident();
      belay.useBundle(bundleSample({ groups, requirement: { ...requirement, breakGlass: [] } }));
      expect(await force(after)).toMatchObject({ why: 'not-an-approver' });
      belay.useBundle({
        ...USUAL,
        policy: { ...USUAL.policy, judge: () => ({ say: 'forbid', rule: 'f', message: 'no' }) },
      });
      expect(await force(after)).toMatchObject({ answer: 'refused' });
      expect(await viewOf(after.gate)).toMatchObject({ state: 'open' });
    });
  });

  describe('a review', () => {
    test('is not made by whoever did it, reminds for as long as it takes, and ends in a word of somebody else', async () => {
      const asked = await incident();
      await force(asked);
      const review = await reviewOf(asked.run);
      const on = { gate: review?.id ?? '', digest: review?.digest ?? '' };
      expect(await belay.decide(on, ANN)).toMatchObject({ why: 'not-an-approver' });
      for (const decision of ['edit', 'send-back', 'by-hand', 'break-glass'] as const)
        expect(await belay.decide(on, BOB, decision, { ...why, args: {}, proof: proofBy('bob') })).toMatchObject({
          answer: 'refused',
        });
      await belay.authority.finish({ ...asked, outcome: 'fixed', summary: 'done' });
      expect(await viewOf(on.gate)).toMatchObject({ state: 'open' });
      await belay.decide(on, BOB);
      expect(await belay.decide(on, CY)).toMatchObject({ complete: true });
      expect(await viewOf(on.gate)).toMatchObject({ state: 'done' });
      expect(await belay.doors.run(asked.run)).toMatchObject({ state: 'finished' });
    });

    test('is opened by an approval where policy asks for one, and found wrong by a denial', async () => {
      const choice = { ...requirement, needs: [{ count: 1, group: 'approvers' }], review: true };
      belay.useBundle(bundleSample({ groups, requirement: choice }));
      const asked = await belay.ask();
      await belay.decide(asked, ANN);
      const review = await reviewOf(asked.run);
      expect(review?.plan.diagnosis).toContain('ann approved');
      const on = { gate: review?.id ?? '', digest: review?.digest ?? '' };
      expect(await belay.decide(on, ANN)).toMatchObject({ why: 'not-an-approver' });
      expect(await belay.decide(on, BOB, 'deny', { reason: 'it was not broken' })).toMatchObject({ complete: true });
      expect(await viewOf(asked.gate)).toMatchObject({ state: 'approved' });
    });
  });

  describe('by hand', () => {
    test('whoever may decide says so: nothing begins under the gate, and it is on record action by action', async () => {
      const asked = await belay.ask();
      expect(await belay.decide(asked, CY, 'by-hand', { reason: 'kubectl' })).toMatchObject({ complete: true });
      expect(await viewOf(asked.gate)).toMatchObject({ state: 'done', special: 'by-hand', chosen: 'rollback' });
      expect(await belay.attend(asked)).toMatchObject({ state: 'done', special: 'by-hand' });
      const entries = await belay.doors.ledger(asked.run);
      expect(entries.filter(({ kind }) => kind === 'action.performed-outside').map(({ body }) => body)).toEqual([
        { action: asked.action, digest: expect.any(String), gate: asked.gate, by: CY },
      ]);
      await belay.authority.lock({ run: asked.run, execution: asked.execution, actions: [asked.action] });
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'not-approved' });
    });

    test('stays said when another gate of the run is carried out', async () => {
      const first = await belay.ask();
      await belay.decide(first, ANN, 'by-hand');
      const { id } = await belay.preview(first, 2);
      const gate = await belay.openGate(first, [optionOf('next', [id])], 2);
      for (const one of [ANN, BOB]) await belay.decide({ gate: gate.id, digest: gate.digest }, one);
      await belay.authority.lock({ run: first.run, execution: first.execution, actions: [id] });
      await belay.grant(id);
      await belay.record(id, 1);
      expect(await viewOf(first.gate)).toMatchObject({ state: 'done' });
    });

    test('a stranger does not', async () => {
      const asked = await belay.ask();
      expect(await belay.decide(asked, person('stranger'), 'by-hand')).toMatchObject({ why: 'not-an-approver' });
    });
  });

  describe('somebody who is on it', () => {
    const acknowledge = (on: Asked, by = ANN) => belay.doors.acknowledge(on.run, by);

    test('says so once; another takes over; policy is told', async () => {
      const asked = await incident();
      expect(await acknowledge(asked)).toEqual({ answer: 'acknowledged', responder: 'ann' });
      expect(await acknowledge(asked)).toEqual({ answer: 'repeated', responder: 'ann' });
      expect(await viewOf(asked.gate)).toMatchObject({ responder: 'ann', incidentOpen: true });
      expect(await acknowledge(asked, BOB)).toEqual({ answer: 'acknowledged', responder: 'bob' });
      expect((await belay.kinds(asked.run)).filter((kind) => kind === 'incident.acknowledged')).toHaveLength(2);
      const asks: unknown[] = [];
      const judge = ({ context }: { context: { incident: unknown } }) => {
        asks.push(context.incident);
        return { say: 'gate' as const, requirement: USUAL.policy.choice };
      };
      belay.useBundle({ ...USUAL, policy: { ...USUAL.policy, judge } });
      await viewOf(asked.gate);
      expect(asks).toEqual([{ open: true, responder: 'bob' }]);
    });

    test('is nobody whom the directory does not know, and nobody is on what is no incident or over', async () => {
      const [open, over, none] = [await incident(), await incident(), await belay.ask()];
      await belay.authority.finish({ ...over, outcome: 'fixed', summary: 'done' });
      expect(await acknowledge(open, person('stranger'))).toMatchObject({ answer: 'not-known' });
      expect(await acknowledge(over)).toMatchObject({ answer: 'over' });
      expect(await acknowledge(none)).toMatchObject({ answer: 'no-incident' });
      expect(await belay.doors.acknowledge('r-zzzzzzzz', ANN)).toMatchObject({ answer: 'unknown' });
      expect(await belay.kinds(open.run)).not.toContain('incident.acknowledged');
    });
  });
});
