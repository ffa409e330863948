import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { DecisionRecord } from '../../src/domain/decision.ts';
import { type Asked, missingFor, missingForAll } from '../../src/domain/quorum.ts';
import type { Requirement } from '../../src/domain/requirement.ts';
import { decisionSample, requirementSample } from '../support/samples.ts';

const asking = (change: Partial<Requirement> = {}, more: Partial<Asked> = {}): Asked => ({
  requirement: requirementSample(change),
  option: 'rollback',
  requesters: ['req'],
  escalatedTo: [],
  ...more,
});
const two = { needs: [{ count: 2, group: 'approvers' }] };
const both = {
  needs: [
    { count: 1, group: 'sre' },
    { count: 1, group: 'owners' },
  ],
};
const late = { escalate: [{ afterMs: 1, group: 'leads' }] };

describe('what is missing', () => {
  test.each<[string, Asked, DecisionRecord[], string[]]>([
    ['nobody spoke', asking(), [], ['1 of approvers']],
    ['a member approved', asking(), [decisionSample('ann')], []],
    ['somebody of no group approved', asking(), [decisionSample('ann', {}, [])], ['1 of approvers']],
    ['a member denied', asking(), [decisionSample('ann', { decision: 'deny' })], ['1 of approvers']],
    ['a member did it by hand', asking(), [decisionSample('ann', { decision: 'by-hand' })], ['1 of approvers']],
    ['a member forced it', asking(), [decisionSample('ann', { decision: 'break-glass' })], ['1 of approvers']],
    ['another option was approved', asking(), [decisionSample('ann', { option: 'x' })], ['1 of approvers']],
    ['the requester approved', asking(), [decisionSample('req')], ['1 of approvers']],
    [
      'whoever edited it approved',
      asking({}, { requesters: ['req', 'ed'] }),
      [decisionSample('ed')],
      ['1 of approvers'],
    ],
    ['the requester approved, where the rule lets them', asking({ selfApproval: true }), [decisionSample('req')], []],
    ['one of two approved', asking(two), [decisionSample('ann')], ['1 of approvers']],
    ['one approved twice', asking(two), [decisionSample('ann'), decisionSample('ann')], ['1 of approvers']],
    [
      'one person approved by two identities',
      asking(two),
      [decisionSample('ann'), decisionSample('ann', { person: { id: 'slack:T1/U1', name: 'Ann', door: 'slack' } })],
      ['1 of approvers'],
    ],
    [
      'one person of both groups approved',
      asking(both),
      [decisionSample('ann', {}, ['sre', 'owners'])],
      ['1 of owners'],
    ],
    [
      'one of each group approved',
      asking(both),
      [decisionSample('ann', {}, ['sre', 'owners']), decisionSample('bob', {}, ['sre'])],
      [],
    ],
    [
      'a passkey is asked for and the door’s word is given',
      asking({ stepUp: true }),
      [decisionSample('ann')],
      ['1 of approvers'],
    ],
    [
      'a passkey is asked for and given',
      asking({ stepUp: true }),
      [decisionSample('ann', { strength: 'step-up' })],
      [],
    ],
    ['a lead approved who was not asked', asking(late), [decisionSample('lea', {}, ['leads'])], ['1 of approvers']],
    [
      'a lead approved who was asked too',
      asking(late, { escalatedTo: ['leads'] }),
      [decisionSample('lea', {}, ['leads'])],
      [],
    ],
    [
      'a lead approved who was asked by a rule that is none any more',
      asking({}, { escalatedTo: ['leads'] }),
      [decisionSample('lea', {}, ['leads'])],
      ['1 of approvers'],
    ],
    [
      'a lead approved who was asked in the place of others only',
      asking({ ...both, escalate: [{ afterMs: 1, group: 'leads', inPlaceOf: ['sre'] }] }, { escalatedTo: ['leads'] }),
      [decisionSample('lea', {}, ['leads']), decisionSample('len', {}, ['leads'])],
      ['1 of owners'],
    ],
    ['the rule needs nobody', asking({ needs: [] }), [], []],
  ])('when %s', (_, asked, decisions, missing) => {
    expect(missingFor(asked, decisions)).toEqual(missing);
  });

  const decisions = fc.array(
    fc
      .record({
        name: fc.constantFrom('ann', 'bob', 'cy', 'req'),
        decision: fc.constantFrom('approve' as const, 'approve' as const, 'deny' as const, 'by-hand' as const),
        option: fc.constantFrom('rollback', 'restart'),
        groups: fc.subarray(['sre', 'owners']),
      })
      .map(({ name, decision, option, groups }) => decisionSample(name, { decision, option }, groups)),
    { maxLength: 6 },
  );
  const requirements = fc
    .record({
      needs: fc.array(fc.record({ count: fc.integer({ min: 1, max: 2 }), group: fc.constantFrom('sre', 'owners') }), {
        minLength: 1,
        maxLength: 2,
      }),
      selfApproval: fc.boolean(),
    })
    .map(requirementSample);

  test('one decision more never makes more missing', () => {
    fc.assert(
      fc.property(requirements, decisions, decisions, (requirement, made, more) => {
        const asked = asking(requirement);
        const count = (of: DecisionRecord[]) => missingFor(asked, of).length;
        // What somebody is in is said once: the same person keeps their groups.
        const said = new Map(made.map((one) => [one.standing.person, one.standing]));
        const later = more.map((one) => ({ ...one, standing: said.get(one.standing.person) ?? one.standing }));
        return count([...made, ...later.slice(0, 1)]) <= count(made);
      }),
    );
  });

  test('under two rules at once nothing is missing only when nothing is under either', () => {
    fc.assert(
      fc.property(requirements, requirements, decisions, (a, b, made) => {
        const { requirement: _, ...asked } = asking();
        const each = [a, b].map((requirement) => missingFor({ ...asked, requirement }, made).length === 0);
        return (missingForAll([a, b], asked, made).length === 0) === each.every(Boolean);
      }),
    );
  });

  test('under two rules is of each group the most that one of them lacks', () => {
    const { requirement: _, ...asked } = asking();
    const rules = [
      requirementSample(two),
      requirementSample({
        needs: [
          { count: 1, group: 'approvers' },
          { count: 1, group: 'security' },
        ],
      }),
    ];
    expect(missingForAll(rules, asked, [])).toEqual(['2 of approvers', '1 of security']);
    expect(missingForAll(rules, asked, [decisionSample('ann')])).toEqual(['1 of approvers', '1 of security']);
  });
});
