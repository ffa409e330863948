import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  type Approver,
  inWords,
  type Need,
  openPlaces,
  type Requirement,
  stricter,
} from '../../src/domain/requirement.ts';
import { requirementSample } from '../support/samples.ts';

const GROUPS = ['sre', 'owners', 'security'];
const NAMES = ['ann', 'bob', 'cy', 'dee'];

const needs: fc.Arbitrary<Need[]> = fc.array(
  fc.record({ count: fc.integer({ min: 1, max: 2 }), group: fc.constantFrom(...GROUPS) }),
  { minLength: 1, maxLength: 3 },
);
const approvers: fc.Arbitrary<Approver[]> = fc.array(
  fc.record({ person: fc.constantFrom(...NAMES), groups: fc.subarray(GROUPS) }),
  { maxLength: 6 },
);

/** How many places people can fill at the most, by trying every way to seat them. */
function bestSeating(places: readonly string[], people: readonly Approver[]): number {
  const [first, ...rest] = places;
  if (first === undefined) return 0;
  const taken = people.flatMap((one, at) =>
    one.groups.includes(first) ? [1 + bestSeating(rest, people.toSpliced(at, 1))] : [],
  );
  return Math.max(bestSeating(rest, people), ...taken);
}

/** What somebody is in is what was last said of them. */
const lastWordOfEach = (people: readonly Approver[]) => [...new Map(people.map((one) => [one.person, one])).values()];

describe('places', () => {
  test('are filled by as many different people as possible: no way to seat them fills more', () => {
    fc.assert(
      fc.property(needs, approvers, (wanted, people) => {
        const places = wanted.flatMap(({ count, group }) => Array.from({ length: count }, () => group));
        const open = openPlaces(wanted, people);
        expect(places.length - open.length).toBe(bestSeating(places, lastWordOfEach(people)));
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[string, Need[], [string, string[]][], string[]]>([
    ['nobody spoke', [{ count: 1, group: 'sre' }], [], ['1 of sre']],
    ['one of one', [{ count: 1, group: 'sre' }], [['ann', ['sre']]], []],
    ['somebody of another group', [{ count: 1, group: 'sre' }], [['ann', ['owners']]], ['1 of sre']],
    ['one of two', [{ count: 2, group: 'sre' }], [['ann', ['sre']]], ['1 of sre']],
    [
      'the same one twice',
      [{ count: 2, group: 'sre' }],
      [
        ['ann', ['sre']],
        ['ann', ['sre']],
      ],
      ['1 of sre'],
    ],
    [
      'one person in two groups that each need one',
      [
        { count: 1, group: 'sre' },
        { count: 1, group: 'owners' },
      ],
      [['ann', ['sre', 'owners']]],
      ['1 of owners'],
    ],
    [
      'two people, of whom the first alone could take the place the second needs',
      [
        { count: 1, group: 'sre' },
        { count: 1, group: 'owners' },
      ],
      [
        ['ann', ['sre', 'owners']],
        ['bob', ['sre']],
      ],
      [],
    ],
  ])('when %s', (_, wanted, said, missing) => {
    const people = said.map(([person, groups]) => ({ person, groups }));
    expect(inWords(openPlaces(wanted, people))).toEqual(missing);
  });
});

describe('what holds when two requirements do', () => {
  const requirements: fc.Arbitrary<Requirement> = fc
    .record({
      needs,
      selfApproval: fc.boolean(),
      stepUp: fc.boolean(),
      breakGlass: fc.subarray(GROUPS),
      denials: fc.integer({ min: 1, max: 3 }),
      review: fc.boolean(),
      expiresAfterMs: fc.integer({ min: 1, max: 100 }),
      validForMs: fc.integer({ min: 1, max: 100 }),
      escalate: fc.array(
        fc.record({ afterMs: fc.integer({ min: 1, max: 9 }), group: fc.constantFrom('leads', 'chiefs') }),
        { maxLength: 2 },
      ),
    })
    .map(requirementSample);

  test('is met only by people who meet each of them, whoever they are', () => {
    fc.assert(
      fc.property(requirements, requirements, approvers, (a, b, people) => {
        const met = (one: Requirement) => openPlaces(one.needs, people).length === 0;
        return !met(stricter(a, b)) || (met(a) && met(b));
      }),
      { numRuns: 500 },
    );
  });

  test('is the stricter of everything else, in whatever order', () => {
    fc.assert(
      fc.property(requirements, requirements, (a, b) => {
        const [one, other] = [stricter(a, b), stricter(b, a)];
        expect({ ...one, needs: [], rule: '' }).toEqual({ ...other, needs: [], rule: '' });
        for (const each of [a, b]) {
          expect(one.selfApproval && !each.selfApproval).toBe(false);
          expect(each.stepUp && !one.stepUp).toBe(false);
          expect(each.breakGlass).toEqual(expect.arrayContaining(one.breakGlass));
          expect(one.denials).toBeLessThanOrEqual(each.denials);
          expect(one.expiresAfterMs).toBeLessThanOrEqual(each.expiresAfterMs);
          expect(one.validForMs).toBeLessThanOrEqual(each.validForMs);
        }
      }),
    );
  });

  test('lets a group that was asked late stand in only where both say so', () => {
    const sre = { count: 1, group: 'sre' };
    const owners = { count: 1, group: 'owners' };
    const a = requirementSample({ needs: [sre], escalate: [{ afterMs: 5, group: 'leads' }] });
    const b = requirementSample({ needs: [owners] });
    expect(stricter(a, b).escalate).toEqual([{ afterMs: 5, group: 'leads', inPlaceOf: ['sre'] }]);
    const c = requirementSample({ needs: [sre, owners] });
    expect(stricter(a, c).escalate).toEqual([{ afterMs: 5, group: 'leads', inPlaceOf: [] }]);
    const d = requirementSample({ needs: [sre, owners], escalate: [{ afterMs: 9, group: 'leads' }] });
    expect(stricter(a, d).escalate).toEqual([{ afterMs: 9, group: 'leads', inPlaceOf: ['owners', 'sre'] }]);
  });
});
