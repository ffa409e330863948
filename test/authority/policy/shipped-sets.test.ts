import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readYaml } from '../../../src/authority/bundle/read-yaml.ts';
import { simpleBundle } from '../../../src/authority/bundle/simple-bundle.ts';
import { loadPolicies } from '../../../src/authority/policy/load-policies.ts';
import { requestOfCase } from '../../../src/authority/policy/policy-case.ts';
import { type PolicyTest, PolicyTestFile, runPolicyTests } from '../../../src/authority/policy/policy-test.ts';
import { foldersOf, SHIPPED_SETS, shippedFiles, type ShippedSet } from '../../../src/authority/policy/shipped-sets.ts';
import { Directory } from '../../../src/domain/directory.ts';

const sets = Object.keys(SHIPPED_SETS).filter((name): name is ShippedSet => name in SHIPPED_SETS);

/** The set with the example directory of the first folder, and the tests that stand in its last. */
function shipped(set: ShippedSet) {
  const problems: string[] = [];
  const [first = '', ...rest] = foldersOf(set);
  const last = rest.at(-1) ?? first;
  const read = <T extends Parameters<typeof readYaml>[2]>(folder: string, file: string, schema: T) =>
    readYaml(file, readFileSync(join(folder, file), 'utf8'), schema, problems)?.value;
  const directory = Directory.parse(read(first, 'directory.yaml', Directory));
  const tests: PolicyTest[] = readdirSync(last)
    .filter((file) => file.endsWith('.test.yaml'))
    .flatMap((file) => PolicyTestFile.parse(read(last, file, PolicyTestFile)).tests);
  expect(problems).toEqual([]);
  const loaded = loadPolicies({ name: set, files: shippedFiles(set), directory });
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  return {
    policy: loaded.policy,
    tests,
    surroundings: { directory, tools: [], now: new Date('2026-03-06T12:00:00.000Z') },
  };
}

describe.each(sets)('the set %s', (set) => {
  test('does what the tests beside it say', () => {
    const { policy, tests, surroundings } = shipped(set);
    expect(tests.length).toBeGreaterThan(3);
    expect(runPolicyTests(policy, tests, surroundings).filter(({ ok }) => !ok)).toEqual([]);
  });

  test('has no rule that none of its tests is about', () => {
    const { policy, tests, surroundings } = shipped(set);
    const spoke = new Set(
      tests.flatMap((one) =>
        policy.explain(requestOfCase(one, surroundings), { unlisted: true }).said.map(({ id }) => id),
      ),
    );
    const shared = set === 'one-group' ? shipped('team').policy.policies.map(({ id }) => id) : [];
    const own = [...shared, 'choose', 'resume-and-settle', 'except', 'solo-questions'];
    expect(policy.policies.map(({ id }) => id).filter((id) => !spoke.has(id) && !own.includes(id))).toEqual([]);
  });
});

test.each<[ShippedSet, boolean]>([
  ['team', false],
  ['one-group', false],
  ['solo', true],
])('in the set %s an exception is approved by one approver; by who asked for it: %s', (set, selfApproval) => {
  const { needs, selfApproval: self, stepUp, review } = shipped(set).policy.own('except');
  expect({ needs, self, stepUp, review }).toEqual({
    needs: [{ count: 1, group: 'approvers' }],
    self: selfApproval,
    stepUp: false,
    review: false,
  });
});

describe('a place without a policy folder', () => {
  const team = simpleBundle({ approvers: ['local:ada', 'slack:T1/U2'], solo: false });
  const write = {
    who: 'local:ada',
    tool: 'some.write',
    target: {},
    context: { risk: 'write' as const },
  };
  const asked = (bundle: typeof team, context: object = {}) =>
    bundle.policy.judge(
      requestOfCase(
        { ...write, context: { ...write.context, ...context } },
        { directory: bundle.directory, tools: [], now: new Date(), stepUpPossible: false },
      ),
    );

  test('works with the only group it has', () => {
    expect(asked(team)).toMatchObject({
      requirement: {
        needs: [{ count: 1, group: 'approvers' }],
        selfApproval: false,
        rule: 'team: 1 of approvers, not the requester (production-writes)',
      },
    });
  });

  test('says clearly where two different groups would be needed', () => {
    expect(asked(team, { risk: 'destructive' })).toMatchObject({
      say: 'forbid',
      rule: 'irreversible-needs-two-groups',
      message: expect.stringMatching(/two different groups must agree.*BELAY_POLICY/),
    });
  });

  test('of one person says that they may approve what they asked for', () => {
    const solo = simpleBundle({ approvers: ['local:ada'], solo: true });
    expect(asked(solo, { risk: 'destructive' })).toMatchObject({
      requirement: {
        selfApproval: true,
        rule: expect.stringContaining('solo: 1 of approvers, the requester may be one of them'),
      },
    });
    expect(solo.policy.choice.selfApproval).toBe(true);
  });

  test('has a hash of its own for its people and its set, and the same one for the same', () => {
    const of = (approvers: string[], solo: boolean) => simpleBundle({ approvers, solo }).hash;
    expect(
      new Set([of(['local:ada'], true), of(['local:ada'], false), of(['local:bob'], false), of([], false)]).size,
    ).toBe(4);
    expect(of(['local:ada', 'local:ada'], true)).toBe(of(['local:ada'], true));
  });
});
