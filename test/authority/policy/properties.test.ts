import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Judgement } from '../../../src/authority/policy/policy-set.ts';
import { openPlaces, type Requirement } from '../../../src/domain/requirement.ts';
import { policyOf, requestOf } from './policy-sample.ts';

const CONDITIONS = [
  'true == true',
  'context.risk != "read"',
  'resource has environment && resource.environment == "production"',
  'context.incident.open',
  'context.proposedBy == "model"',
  'principal in Group::"sre"',
  '!context.freezes.isEmpty()',
  'context.blastRadius.count > 2',
];
/** What fails to evaluate for some requests and not for others. */
const FALLIBLE = 'context.blastRadius.count * 9223372036854775807 > 1';

const condition = fc.constantFrom(...CONDITIONS);
const asked = fc.record({
  gate: fc.constantFrom('1 of sre', '2 of sre', '1 of leads', '1 of sre, 1 of team-owner', 'none'),
  extra: fc.subarray([
    '@self_approval("allowed")',
    '@step_up("true")',
    '@break_glass("sre")',
    '@denials("3")',
    '@review("true")',
    '@expires("2h")',
    '@valid("5m")',
    '@remind("10m")',
    '@escalate("30m: leads")',
  ]),
  when: condition,
});
const permitText = ({ gate, extra, when }: { gate: string; extra: string[]; when: string }, id: string) =>
  `@id("${id}") @gate("${gate}") ${gate === 'none' ? '' : extra.join(' ')} permit (principal, action, resource) when { ${when} };`;
const permits = fc.array(asked, { minLength: 1, maxLength: 4 });
const textOf = (all: { gate: string; extra: string[]; when: string }[]) =>
  all.map((one, at) => permitText(one, `p${at}`)).join('\n');

const request = fc
  .record({
    who: fc.constantFrom(
      { person: 'ada', groups: ['sre'] },
      { person: 'cleo', groups: ['leads', 'shop'] },
      { person: 'alert:x', groups: [] },
    ),
    tags: fc.constantFrom({ team: 'shop' }, { team: 'shop', environment: 'production' }, { team: 'sre' }, {}),
    risk: fc.constantFrom('write' as const, 'destructive' as const),
    proposedBy: fc.constantFrom('rules' as const, 'model' as const, 'person' as const),
    open: fc.boolean(),
    count: fc.integer({ min: 0, max: 5 }),
    freezes: fc.constantFrom([], ['f']),
  })
  .map(({ who, tags, open, count, freezes, ...context }) =>
    requestOf({
      requester: { person: who.person, groups: [...who.groups] },
      target: { tags },
      context: {
        ...context,
        freezes: [...freezes],
        incident: { open, responder: null },
        blastRadius: { count, unit: 'pods', percent: null },
      },
    }),
  );

const ALL_GROUPS = ['sre', 'leads', 'shop'];
const everyone = Array.from({ length: 6 }, (_, at) => at);
/** Who could stand for whom: subsets of people in all groups or one. */
const crowd = fc.array(fc.record({ n: fc.constantFrom(...everyone), groups: fc.subarray(ALL_GROUPS) }), {
  maxLength: 5,
});

/** Nothing that satisfies `after` leaves `before` unsatisfied, and nothing else about it is laxer. */
function noLooser(before: Requirement, after: Requirement, people: { n: number; groups: string[] }[]): void {
  const approvers = people.map(({ n, groups }) => ({ person: `p${n}`, groups }));
  if (openPlaces(after.needs, approvers).length === 0) expect(openPlaces(before.needs, approvers)).toEqual([]);
  expect(after.selfApproval && !before.selfApproval).toBe(false);
  expect(before.stepUp && !after.stepUp).toBe(false);
  expect(before.review && !after.review).toBe(false);
  expect(after.denials).toBeLessThanOrEqual(before.denials);
  expect(after.expiresAfterMs).toBeLessThanOrEqual(before.expiresAfterMs);
  expect(after.validForMs).toBeLessThanOrEqual(before.validForMs);
  expect(before.breakGlass).toEqual(expect.arrayContaining(after.breakGlass));
}

const STRICTNESS = { run: 0, gate: 1, forbid: 2 } as const;
const permitted = ({ say }: Judgement): boolean => say !== 'forbid';

describe('whatever the policies and the request', () => {
  test('another permit never loosens what is permitted already', () => {
    fc.assert(
      fc.property(permits, asked, request, crowd, (all, more, asks, people) => {
        const before = policyOf(textOf(all)).judge(asks);
        const after = policyOf(`${textOf(all)}\n${permitText(more, 'more')}`).judge(asks);
        // Nothing permitted it before: that is what a permit is for.
        if (!permitted(before)) return;
        expect(STRICTNESS[after.say]).toBeGreaterThanOrEqual(STRICTNESS[before.say]);
        if (before.say === 'gate' && after.say === 'gate') noLooser(before.requirement, after.requirement, people);
      }),
      { numRuns: 60 },
    );
  });

  test('a forbid that matches wins, and one that does not changes nothing', () => {
    fc.assert(
      fc.property(permits, condition, request, (all, when, asks) => {
        const before = policyOf(textOf(all)).judge(asks);
        const after = policyOf(
          `${textOf(all)}\n@id("no") forbid (principal, action, resource) when { ${when} };`,
        ).judge(asks);
        const matches = permitted(
          policyOf(`@id("m") @gate("1 of leads") permit (principal, action, resource) when { ${when} };`).judge(asks),
        );
        if (matches) expect(after).toMatchObject({ say: 'forbid', rule: 'no' });
        else expect(after).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  test('a policy that cannot be evaluated forbids and is named, permit or forbid', () => {
    fc.assert(
      fc.property(permits, fc.constantFrom('permit', 'forbid'), request, (all, effect, asks) => {
        const broken = `@id("broken") ${effect === 'permit' ? '@gate("none")' : ''} ${effect} (principal, action, resource) when { ${FALLIBLE} };`;
        const judgement = policyOf(`${textOf(all)}\n${broken}`).judge(asks);
        if (asks.context.blastRadius.count > 1) expect(judgement).toMatchObject({ say: 'forbid', rule: 'broken' });
      }),
      { numRuns: 60 },
    );
  });

  test('a write that a model proposed never runs unasked, unless a policy says "model"', () => {
    fc.assert(
      fc.property(permits, request, (all, asks) => {
        const named = all.some(({ when }) => when.includes('"model"'));
        const byModel = { ...asks, context: { ...asks.context, proposedBy: 'model' as const } };
        if (!named) expect(policyOf(textOf(all)).judge(byModel).say).not.toBe('run');
      }),
      { numRuns: 60 },
    );
  });

  test('the order of policies and how files are cut changes nothing', () => {
    fc.assert(
      fc.property(permits, request, (all, asks) => {
        const texts = all.map((one, at) => permitText(one, `p${at}`));
        const judgement = policyOf(texts.join('\n')).judge(asks);
        expect(policyOf(texts.toReversed().join('\n')).judge(asks)).toEqual(judgement);
      }),
      { numRuns: 50 },
    );
  });
});
