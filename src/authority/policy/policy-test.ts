import { z } from 'zod';
import { inWords } from '../../domain/requirement.ts';
import { reasonOf } from '../../platform/problem.ts';
import { parseGate } from './gate-expression.ts';
import type { ExplainedPolicySet } from './load-policies.ts';
import { type CaseSurroundings, PolicyCase, requestOfCase } from './policy-case.ts';
import type { Judgement } from './policy-set.ts';

const EXPECT = /^(run|gate "([^"]+)"|forbid ([a-z0-9-]+))$/;

/** One line of a table test: a case, and what must come of it. */
export const PolicyTest = PolicyCase.extend({
  name: z.string().min(1),
  expect: z.string().regex(EXPECT, 'is none of: run, gate "2 of sre-oncall", forbid <id of a policy>'),
  /** More about the gate. */
  with: z
    .strictObject({
      selfApproval: z.boolean(),
      stepUp: z.boolean(),
      review: z.boolean(),
      denials: z.number().int(),
      breakGlass: z.array(z.string()),
      policies: z.array(z.string()),
    })
    .partial()
    .default({}),
});
export type PolicyTest = z.infer<typeof PolicyTest>;

/** A file of them, beside the policies: `*.test.yaml`. */
export const PolicyTestFile = z.strictObject({ tests: z.array(PolicyTest).min(1) });

export interface TestResult {
  readonly name: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly got: string;
}

const gateText = (needs: readonly { count: number; group: string }[]): string =>
  inWords(needs.flatMap(({ count, group }) => Array.from({ length: count }, () => group)))
    .toSorted()
    .join(', ');

/** A judgement as a test expects it. */
export function judgementText(judgement: Judgement): string {
  if (judgement.say === 'run') return 'run';
  return judgement.say === 'gate' ? `gate "${gateText(judgement.requirement.needs)}"` : `forbid ${judgement.rule}`;
}

function expected(text: string): { text: string } {
  const [, , gate] = EXPECT.exec(text) ?? [];
  const needs = gate === undefined ? 'none' : parseGate(gate);
  return { text: needs === 'none' ? text : `gate "${gateText(needs)}"` };
}

/** A test's `with` held against what came, in words for each part that differs. */
function withProblems(asked: PolicyTest['with'], judgement: Judgement): string[] {
  const got: Record<string, unknown> = judgement.say === 'gate' ? judgement.requirement : {};
  return Object.entries(asked)
    .filter(([key, value]) => JSON.stringify(got[key]) !== JSON.stringify(value))
    .map(([key]) => `${key} ${JSON.stringify(got[key]) ?? 'nothing'}`);
}

/** Runs table tests against a policy set. `forbid` names one of the rules that forbade, where several did. */
export function runPolicyTests(
  policy: ExplainedPolicySet,
  tests: readonly PolicyTest[],
  surroundings: CaseSurroundings,
): TestResult[] {
  return tests.map(({ name, expect, with: more, ...asked }) => {
    try {
      const want = expected(expect).text;
      const { judgement } = policy.explain(requestOfCase(asked, surroundings), { unlisted: true });
      const got = judgementText(judgement);
      const fits =
        judgement.say === 'forbid'
          ? judgement.rule.split(', ').some((rule) => want === `forbid ${rule}`)
          : got === want;
      const differs = fits ? withProblems(more, judgement) : [];
      const details = Object.keys(more).length > 0 ? ` with ${JSON.stringify(more)}` : '';
      return {
        name,
        ok: fits && differs.length === 0,
        expected: differs.length > 0 ? `${want}${details}` : want,
        got: differs.length > 0 ? `${got} with ${differs.join(', ')}` : got,
      };
    } catch (error) {
      return { name, ok: false, expected: expect, got: reasonOf(error) };
    }
  });
}
