import { describe, expect, test } from '@jest/globals';
import { PolicyTest, runPolicyTests } from '../../../src/authority/policy/policy-test.ts';
import { directory, policyOf, tools } from './policy-sample.ts';

const policy = policyOf(`@id("reads") permit (principal, action, resource) when { context.risk == "read" };
@id("writes") @gate("2 of sre, 1 of leads") permit (principal, action, resource) when { context.risk != "read" };
@id("stop") forbid (principal, action, resource) when { context.weekday == "friday" };
@id("late") forbid (principal, action, resource) when { context.at.toTime() > duration("20h") };`);

const run = (one: object) =>
  runPolicyTests(policy, [PolicyTest.parse({ name: 'it', ...one })], {
    directory,
    tools,
    now: new Date('2026-03-03T12:00:00.000Z'),
  })[0];
const FRIDAY_NIGHT = '2026-03-06T21:00:00.000Z';

describe('a table test holds', () => {
  test.each([
    [{ tool: 'kubernetes.get_pods', expect: 'run' }],
    [{ tool: 'kubernetes.scale', expect: 'gate "2 of sre, 1 of leads"' }],
    [
      {
        tool: 'kubernetes.scale',
        expect: 'gate "1 of leads, 2 of sre"',
        with: { selfApproval: false, policies: ['writes'] },
      },
    ],
    [{ tool: 'kubernetes.scale', context: { at: FRIDAY_NIGHT }, expect: 'forbid stop' }],
    [{ tool: 'kubernetes.scale', context: { at: FRIDAY_NIGHT }, expect: 'forbid late' }],
    [{ tool: 'some.new', context: { risk: 'read' }, expect: 'run' }],
    [{ tool: 'belay.resume', context: { risk: 'read' }, expect: 'forbid manifest' }],
  ])('%j', (one) => {
    expect(run(one)).toMatchObject({ ok: true });
  });
});

describe('a table test fails, saying what came', () => {
  test.each([
    [{ tool: 'kubernetes.scale', expect: 'run' }, 'gate "1 of leads, 2 of sre"'],
    [{ tool: 'kubernetes.scale', expect: 'gate "1 of sre"' }, 'gate "1 of leads, 2 of sre"'],
    [
      { tool: 'kubernetes.scale', expect: 'gate "2 of sre, 1 of leads"', with: { stepUp: true } },
      'gate "1 of leads, 2 of sre" with stepUp false',
    ],
    [{ tool: 'kubernetes.scale', context: { at: FRIDAY_NIGHT }, expect: 'forbid reads' }, 'forbid late, stop'],
    [{ tool: 'kubernetes.get_pods', expect: 'run', with: { review: true } }, 'run with review nothing'],
    [
      { tool: 'some.new', expect: 'run' },
      'no tool is called some.new; give its risk in the context to ask about one that will be',
    ],
    [
      { tool: 'kubernetes.scale', expect: 'gate "many of sre"' },
      '"many of sre" is no gate; one is "2 of sre-oncall, 1 of team-owner" or "none"',
    ],
  ])('%j', (one, got) => {
    expect(run(one)).toMatchObject({ ok: false, got });
  });
});

test('a test that expects something nobody can mean is no test', () => {
  for (const expects of ['maybe', 'gate', 'gate 1 of sre', 'forbid', 'run '])
    expect(PolicyTest.safeParse({ name: 'it', tool: 'a.b', expect: expects }).success).toBe(false);
});
