import type { Check } from '../../domain/verdict.ts';
import type { Chosen, Gathered } from '../../sdk/runbook.ts';
import type { ToolCatalog } from '../../tools/catalog.ts';
import type { Findings } from './bad-deploy-findings.ts';
import type { BadDeployInput } from './bad-deploy-input.ts';
import { numberOf, percent } from './error-ratio.ts';

interface After {
  errors: Gathered<ToolCatalog['prometheus.query']['facts'] | undefined>;
  requests: Gathered<ToolCatalog['prometheus.query']['facts'] | undefined>;
  workload: Gathered<ToolCatalog['kubernetes.workload']['facts'] | undefined>;
}

/** Error ratio against what it was before the rollout, ready replicas, and that nobody changed it meanwhile. */
export function judgeHealth(input: BadDeployInput, findings: Findings, after: After, chosen: Chosen): Check[] {
  const ratio = numberOf(after.errors.facts);
  const requests = Math.round(numberOf(after.requests.facts) ?? 0);
  const baseline = numberOf(findings.errorsBefore?.facts) ?? 0;
  const allowed = Math.max(input.maxErrorRatio, baseline * 1.2);
  const workload = after.workload.facts;
  const checks: Check[] = [
    {
      name: 'error ratio',
      expected: `at most ${percent(allowed)}`,
      seen: ratio === null ? (after.errors.failure ?? 'no samples') : `${percent(ratio)} of ${requests} requests`,
      passed: ratio === null || requests === 0 ? null : ratio <= allowed,
      samples: ratio === null ? 0 : requests,
    },
    {
      name: 'ready replicas',
      expected: `${workload?.desired ?? 'all'} of ${workload?.desired ?? 'all'}`,
      seen: workload ? `${workload.ready} of ${workload.desired}` : (after.workload.failure ?? 'not read'),
      passed: workload ? workload.rolledOut && workload.ready >= workload.desired : null,
      samples: workload ? 1 : 0,
    },
  ];
  const last = chosen.actions.at(-1);
  if (last !== undefined)
    checks.push({
      name: 'still as we left it',
      expected: `last changed by ${last}`,
      seen: workload ? `last changed by ${workload.lastAction ?? 'somebody else'}` : 'not read',
      // Somebody else's change makes our measurement worthless, it does not make our fix wrong.
      passed: workload?.lastAction === last ? true : null,
      samples: workload ? 1 : 0,
    });
  return checks;
}
