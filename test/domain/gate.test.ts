import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { DecisionRecord } from '../../src/domain/decision.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { GateState, isUndecided, missingFor, type Requirement } from '../../src/domain/gate.ts';

const said = (person: string, decision: 'approve' | 'deny' = 'approve', option = 'rollback'): DecisionRecord => ({
  v: 1,
  gate: 'g-aaaaaa',
  run: 'r-aaaaaaaa',
  decision,
  option,
  digest: digestOf(option),
  person: { id: person, name: person, door: 'api' },
  reason: null,
  at: '2026-01-01T00:00:00.000Z',
  keyId: 'k',
  signature: 's',
});

const needing = (...needs: Requirement['needs']): Requirement => ({ v: 1, needs, selfApproval: false, rule: 'test' });
const approvers = (count: number, ...members: string[]) => ({ count, group: 'approvers', members });

describe('what is missing', () => {
  test.each<[string, Requirement, DecisionRecord[], string[]]>([
    ['nobody spoke', needing(approvers(1, 'ann')), [], ['1 of approvers']],
    ['a member approved', needing(approvers(1, 'ann')), [said('ann')], []],
    ['somebody else approved', needing(approvers(1, 'ann')), [said('bob')], ['1 of approvers']],
    ['a member denied', needing(approvers(1, 'ann')), [said('ann', 'deny')], ['1 of approvers']],
    [
      'a member approved another option',
      needing(approvers(1, 'ann')),
      [said('ann', 'approve', 'x')],
      ['1 of approvers'],
    ],
    ['the requester approved', needing(approvers(1, 'req', 'ann')), [said('req')], ['1 of approvers']],
    ['one of two', needing(approvers(2, 'ann', 'bob')), [said('ann')], ['1 of approvers']],
    ['the same one twice', needing(approvers(2, 'ann', 'bob')), [said('ann'), said('ann')], ['1 of approvers']],
    ['one who is listed twice', needing(approvers(2, 'ann', 'ann', 'bob')), [said('ann')], ['1 of approvers']],
    ['an empty list', needing(approvers(1)), [said('ann')], ['1 of approvers (nobody is in it)']],
    [
      'two needs, one met',
      needing(approvers(1, 'ann'), { count: 2, group: 'dba', members: ['bob', 'cy'] }),
      [said('ann'), said('bob')],
      ['1 of dba'],
    ],
    [
      'one person who is in two needs',
      needing(approvers(1, 'ann'), { count: 1, group: 'dba', members: ['ann'] }),
      [said('ann')],
      [],
    ],
  ])('when %s', (_, requirement, decisions, missing) => {
    expect(missingFor(requirement, decisions, 'rollback', 'req')).toEqual(missing);
  });

  test('the requester counts where the rule lets them', () => {
    const solo = { ...needing(approvers(1, 'req')), selfApproval: true };
    expect(missingFor(solo, [said('req')], 'rollback', 'req')).toEqual([]);
  });

  const people = fc.constantFrom('ann', 'bob', 'cy', 'dee', 'req');
  const decisions = fc.array(
    fc
      .record({ person: people, decision: fc.constantFrom('approve' as const, 'deny' as const) })
      .map((one) => said(one.person, one.decision)),
    { maxLength: 8 },
  );
  const requirements = fc.record({
    v: fc.constant(1 as const),
    needs: fc.array(
      fc.record({ count: fc.integer({ min: 1, max: 3 }), group: fc.constant('g'), members: fc.array(people) }),
      { minLength: 1, maxLength: 3 },
    ),
    selfApproval: fc.boolean(),
    rule: fc.constant('test'),
  });

  test('nothing only when every need has as many different people who may and did approve', () => {
    fc.assert(
      fc.property(requirements, decisions, (requirement, made) => {
        const met = requirement.needs.every((need) => {
          const yes = new Set(
            made
              .filter((one) => one.decision === 'approve' && need.members.some((m) => m === one.person.id))
              .map((one) => one.person.id)
              .filter((id) => requirement.selfApproval || id !== 'req'),
          );
          return yes.size >= need.count;
        });
        return (missingFor(requirement, made, 'rollback', 'req').length === 0) === met;
      }),
    );
  });

  test('a decision more never makes more missing, whatever their order', () => {
    fc.assert(
      fc.property(requirements, decisions, (requirement, made) => {
        const all = missingFor(requirement, made, 'rollback', 'req');
        expect(missingFor(requirement, made.toReversed(), 'rollback', 'req')).toEqual(all);
        expect(all.length).toBeLessThanOrEqual(missingFor(requirement, made.slice(1), 'rollback', 'req').length);
      }),
    );
  });
});

test('only an open and a frozen gate still wait for people', () => {
  expect(GateState.options.filter(isUndecided)).toEqual(['open', 'frozen']);
});
