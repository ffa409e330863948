import type { RunContext } from '../../sdk/runbook.ts';
import { read, tryRead } from '../engine/read.ts';
import type { BadDeployInput } from './bad-deploy-input.ts';
import { errorRatioQuery, requestsQuery } from './error-ratio.ts';

/** What was read before anything is proposed. */
export async function look(context: RunContext, input: BadDeployInput) {
  const workload = { namespace: input.namespace, kind: input.kind, name: input.name };
  const first = await context.gather('the workload and its rollouts', {
    workload: read('kubernetes.workload', workload),
    history: read('kubernetes.rollout_history', workload),
    events: tryRead('kubernetes.events', workload),
    previousLogs: tryRead('kubernetes.logs', { ...workload, previous: true, tail: 100 }),
  });
  const { rolledOutAt } = first.workload.facts;
  // A second before the rollout began: everything in the window is the version before.
  const before = rolledOutAt === null ? undefined : new Date(Date.parse(rolledOutAt) - 1000).toISOString();
  const second = await context.gather('errors before and after the rollout', {
    errors: tryRead('prometheus.query', { query: errorRatioQuery(input) }),
    requests: tryRead('prometheus.query', { query: requestsQuery(input) }),
    ...(before === undefined
      ? {}
      : { errorsBefore: tryRead('prometheus.query', { query: errorRatioQuery(input), time: before }) }),
  });
  return { ...first, errorsBefore: undefined, ...second };
}

/** All of it. */
export type Findings = Awaited<ReturnType<typeof look>>;
