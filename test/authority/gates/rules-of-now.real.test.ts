import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { revokeApprovals } from '../../../src/authority/gates/revoke-approvals.ts';
import type { PolicySet } from '../../../src/authority/policy/policy-set.ts';
import { type Asked, type AuthorityFixture, person, startAuthority } from '../../support/authority-fixture.ts';
import { bundleSample } from '../../support/bundle-sample.ts';
import { describeReal } from '../../support/parts.ts';

const [ANN, BOB, CY] = [person('ann'), person('bob'), person('cy')];
const groups = { approvers: ['ann', 'bob'], security: ['cy'] };
const one = [{ count: 1, group: 'approvers' }];
const two = [{ count: 2, group: 'approvers' }];
const withSecurity = [...one, { count: 1, group: 'security' }];
const rule = (needs: typeof one, more: Parameters<typeof bundleSample>[0] = {}) =>
  bundleSample({ groups, requirement: { needs }, ...more });
const never: PolicySet['judge'] = () => ({ say: 'forbid', rule: 'no-fridays', message: 'not on Fridays' });

describeReal('a new bundle', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  beforeEach(() => belay.useBundle(rule(one)));
  afterAll(() => belay.close());

  const stateOf = async (on: Asked) => (await belay.doors.gate(on.gate))?.state;
  const missing = async (on: Asked) => (await belay.doors.gate(on.gate))?.missing;
  /** Activates a bundle as the keeper of bundles does. */
  const activate = async (bundle: ReturnType<typeof bundleSample>) => {
    belay.useBundle(bundle);
    return await belay.db.transaction().execute((trx) => revokeApprovals(trx, belay.context));
  };
  async function approvedBy(...people: (typeof ANN)[]): Promise<Asked> {
    const asked = await belay.ask();
    for (const each of people) await belay.decide(asked, each);
    await belay.authority.lock({ run: asked.run, execution: asked.execution, actions: [asked.action] });
    return asked;
  }

  describe('that changes policy', () => {
    test('adds what it asks to an open gate: shown at once, and the group that came may decide', async () => {
      const asked = await belay.ask();
      expect(await belay.decide(asked, CY)).toMatchObject({ why: 'not-an-approver' });
      await activate(rule(withSecurity));
      expect(await missing(asked)).toEqual(['1 of approvers', '1 of security']);
      expect(await belay.decide(asked, ANN)).toMatchObject({ complete: false, missing: ['1 of security'] });
      expect(await belay.decide(asked, CY)).toMatchObject({ complete: true });
    });

    test.each([
      ['fewer people', one],
      ['other people', [{ count: 1, group: 'security' }]],
    ])('never loosens an open gate: it asks for %s, and the gate for what it did as well', async (_, later) => {
      belay.useBundle(rule(two));
      const asked = await belay.ask();
      await activate(rule(later));
      expect(await belay.decide(asked, ANN)).toMatchObject({ complete: false });
      expect(await stateOf(asked)).toBe('open');
    });

    test('to self-approval lets nobody approve what they asked for before', async () => {
      const asked = await belay.ask({}, BOB);
      await activate(bundleSample({ groups, requirement: { needs: one, selfApproval: true } }));
      expect(await belay.decide(asked, BOB)).toMatchObject({ why: 'not-an-approver' });
    });

    test('ends a gate earlier where it waits less long now', async () => {
      const asked = await belay.ask();
      await activate(bundleSample({ groups, requirement: { needs: one, expiresAfterMs: 60_000 } }));
      belay.forward(60_001);
      expect(await belay.decide(asked, ANN)).toMatchObject({
        why: 'not-open',
        message: expect.stringContaining('expired'),
      });
      expect(await belay.attend(asked)).toMatchObject({ state: 'expired' });
    });

    test('voids an approval that it asks more for, before it is used', async () => {
      const asked = await approvedBy(ANN);
      await activate(rule(withSecurity));
      expect(await stateOf(asked)).toBe('void');
      expect((await belay.doors.gate(asked.gate))?.reason).toContain('lacks 1 of security');
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused' });
    });

    test('forbids: nobody approves or forces it, anybody may still deny it, and what was approved is void', async () => {
      const [open, approved] = [await belay.ask(), await approvedBy(ANN)];
      await activate(rule(one, { judge: never }));
      expect(await missing(open)).toEqual([expect.stringContaining('not on Fridays')]);
      expect(await belay.decide(open, ANN)).toMatchObject({
        why: 'forbidden',
        message: expect.stringContaining('no-fridays'),
      });
      expect(await belay.decide(open, ANN, 'deny')).toMatchObject({ complete: true });
      expect(await stateOf(approved)).toBe('void');
    });

    test('and says the same leaves everything as it is', async () => {
      const [open, approved] = [await belay.ask(), await approvedBy(ANN)];
      expect(await activate(rule(one))).toBe(0);
      expect([await stateOf(open), await stateOf(approved)]).toEqual(['open', 'approved']);
      expect(await belay.grant(approved.action)).toMatchObject({ answer: 'granted' });
    });
  });

  describe('that changes people', () => {
    const without: [string, ReturnType<typeof bundleSample>][] = [
      ['deactivated', rule(one, { inactive: ['ann'] })],
      ['removed from the directory', rule(one, { groups: { ...groups, approvers: ['bob'] } })],
      [
        'removed from the group',
        rule(one, { groups: { ...groups, approvers: ['bob'] }, others: ['requester', 'ann'] }),
      ],
    ];

    test.each(without)('voids the unused approval of somebody who was %s, and wakes the run', async (_, bundle) => {
      const asked = await approvedBy(ANN);
      expect(await activate(bundle)).toBeGreaterThan(0);
      expect(await stateOf(asked)).toBe('void');
      expect((await belay.doors.gate(asked.gate))?.reason).toContain('ann');
      expect(await belay.kinds(asked.run)).toEqual(expect.arrayContaining(['approval.revoked', 'gate.voided']));
      expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused' });
      const woken = belay.db
        .selectFrom('outbox')
        .select('id')
        .where('subject', '=', asked.run)
        .where('topic', '=', 'run.wake');
      expect((await woken.execute()).length).toBeGreaterThan(0);
    });

    test.each(without)(
      'takes their word off an open gate when %s: others decide, and it never counts again',
      async (_, bundle) => {
        belay.useBundle(rule(two, { groups: { ...groups, approvers: ['ann', 'bob', 'cy'] } }));
        const asked = await belay.ask();
        await belay.decide(asked, ANN);
        const strict = { ...bundle, policy: rule(two).policy };
        expect(await activate(strict)).toBe(1);
        expect(await stateOf(asked)).toBe('open');
        expect(await missing(asked)).toEqual(['2 of approvers']);
        // Ann is back: her word of then stays revoked, and she has had her say.
        expect(await activate(rule(two, { groups: { ...groups, approvers: ['ann', 'bob', 'cy'] } }))).toBe(0);
        expect(await missing(asked)).toEqual(['2 of approvers']);
        expect(await belay.decide(asked, ANN)).toMatchObject({
          why: 'not-an-approver',
          message: expect.stringContaining('revoked'),
        });
        await belay.decide(asked, BOB);
        expect(await belay.decide(asked, CY)).toMatchObject({ complete: true });
        await belay.authority.lock({ run: asked.run, execution: asked.execution, actions: [asked.action] });
        expect(await belay.grant(asked.action)).toMatchObject({ answer: 'granted' });
      },
    );

    test('leaves alone what was used, denied or over, and those who only changed shift', async () => {
      const [used, denied] = [await approvedBy(ANN), await belay.ask()];
      await belay.grant(used.action);
      await belay.record(used.action, 1);
      await belay.decide(denied, ANN, 'deny');
      expect(await activate(rule(one, { inactive: ['ann'] }))).toBe(0);
      expect([await stateOf(used), await stateOf(denied)]).toEqual(['done', 'denied']);
    });

    test('takes back nothing twice, and at the moment of a grant either the grant or the revocation comes first', async () => {
      for (let at = 0; at < 15; at += 1) {
        belay.useBundle(rule(one));
        const asked = await approvedBy(ANN);
        belay.useBundle(rule(one, { inactive: ['ann'] }));
        const revoking = () => belay.db.transaction().execute((trx) => revokeApprovals(trx, belay.context));
        const [answer] = await Promise.all([belay.grant(asked.action), revoking(), revoking()]);
        const kinds = await belay.kinds(asked.run);
        // By the bundle of now ann's word opens nothing, whoever comes first.
        expect(answer).toMatchObject({ answer: 'refused' });
        expect(kinds.filter((kind) => kind === 'approval.revoked')).toHaveLength(1);
        expect(kinds.filter((kind) => kind === 'gate.voided')).toHaveLength(1);
      }
    });
  });
});
