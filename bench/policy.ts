/**
 * What one decision of policy costs: the default set alone, and with a hundred policies more, a third of which match.
 * In one process, warm; prints medians and the slowest hundredth. Asserts nothing.
 *
 *   node bench/policy.ts
 */
import { simpleBundle } from '../src/authority/bundle/simple-bundle.ts';
import { type ExplainedPolicySet, loadPolicies } from '../src/authority/policy/load-policies.ts';
import { requestOfCase } from '../src/authority/policy/policy-case.ts';
import { shippedFiles } from '../src/authority/policy/shipped-sets.ts';

const WARM = 500;
const DECISIONS = 5000;

const { directory } = simpleBundle({ approvers: ['local:ada', 'local:bob'], solo: false });

/** Policies as a team would have them: by namespace, by size, by day; some with gates of their own. */
const more = Array.from({ length: 100 }, (_, at) => {
  const conditions = [
    `resource has namespace && resource.namespace == "team-${at}"`,
    `context.blastRadius.count > ${at} && context.risk != "read"`,
    `context.weekday == "friday" && context.at.toTime() > duration("${at % 24}h")`,
  ];
  const when = conditions[at % conditions.length] ?? '';
  return at % 5 === 0
    ? `@id("stop-${at}") forbid (principal, action, resource) when { resource has account && resource.account == "${at}" };`
    : `@id("more-${at}") @gate("1 of approvers") permit (principal, action, resource) when { ${when} };`;
}).join('\n');

function load(files: Record<string, string>): ExplainedPolicySet {
  const loaded = loadPolicies({ name: 'bench', files, directory });
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  return loaded.policy;
}

const at = (sorted: readonly number[], part: number): string =>
  `${(sorted[Math.floor(sorted.length * part)] ?? Number.NaN).toFixed(3)} ms`;

function measure(what: string, policy: ExplainedPolicySet): void {
  const request = requestOfCase(
    {
      who: 'local:ada',
      tool: 'some.write',
      target: { namespace: 'team-30', environment: 'production' },
      context: { risk: 'write', proposedBy: 'model', blastRadius: { count: 100 } },
    },
    { directory, tools: [], now: new Date() },
  );
  const judge = () => policy.explain(request, { unlisted: true }).judgement;
  if (judge().say !== 'gate') throw new Error(`${what} does not ask anybody`);
  for (let warm = 0; warm < WARM; warm += 1) judge();
  const took = Array.from({ length: DECISIONS }, () => {
    const start = performance.now();
    judge();
    return performance.now() - start;
  }).toSorted((a, b) => a - b);
  console.log(`${what}: median ${at(took, 0.5)}, 99 of 100 within ${at(took, 0.99)} (goal: median under 1 ms)`);
}

const files = shippedFiles('one-group');
measure('the default set team', load(files));
measure('the same and 100 policies more', load({ ...files, 'more.cedar': more }));
