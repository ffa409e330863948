import { z } from 'zod';
import { defineRunbook, type RunContext } from '../../sdk/runbook.ts';
import { read, tryRead } from '../engine/read.ts';
import { admits, proposeFor } from './bad-deploy-rules.ts';
import { judgeHealth } from './bad-deploy-verification.ts';
import { errorRatioQuery, requestsQuery } from './error-ratio.ts';

const Duration = z.string().regex(/^[1-9]\d*(s|m|h)$/, 'a duration is a number and s, m or h, such as 90s');
const Label = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'lower-case letters, digits, "-" and "."');

const Input = z.strictObject({
  namespace: Label.max(63).describe('Namespace of the workload, for example shop'),
  name: Label.describe('Name of the workload, for example checkout'),
  kind: z.enum(['Deployment']).default('Deployment').describe('Kind of workload'),
  connection: z
    .string()
    .regex(/^[a-z0-9_-]{1,40}$/)
    .default('default')
    .describe('Which cluster and Prometheus, as configured'),
  window: Duration.default('1m').describe('Window over which errors are counted'),
  stabilise: Duration.default('2m').describe('Wait between the fix and its verification; at least the window'),
  maxErrorRatio: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Share of failing requests above which the workload counts as broken'),
  errorRatioQuery: z
    .string()
    .max(2000)
    .optional()
    .describe('PromQL giving the share of failing requests, where the default metric http_requests_total is not there'),
  requestsQuery: z
    .string()
    .max(2000)
    .optional()
    .describe('PromQL giving the number of requests in the window, likewise'),
});
export type BadDeployInput = z.infer<typeof Input>;

/** What was read before anything is proposed. */
async function look(context: RunContext, input: BadDeployInput) {
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
export type Findings = Awaited<ReturnType<typeof look>>;

/** Remediation of a rollout that made a workload fail: undo it, restart it, or watch. */
export const badDeploy = defineRunbook({
  name: 'remediation/bad-deploy',
  version: 1,
  title: 'Bad deploy',
  description:
    'Finds out whether the last rollout of a workload made it fail, and proposes to roll it back. Verifies by error ratio and ready replicas. ' +
    'Where Argo CD, Flux or Helm owns the workload it proposes the exact revert instead. Proposes nothing when nothing is wrong.',
  input: Input,
  tools: [
    'kubernetes.workloads',
    'kubernetes.workload',
    'kubernetes.describe',
    'kubernetes.events',
    'kubernetes.logs',
    'kubernetes.rollout_history',
    'kubernetes.pods',
    'kubernetes.rollout_undo',
    'kubernetes.rollout_restart',
    'kubernetes.scale',
    'prometheus.query',
    'prometheus.query_range',
    'prometheus.alerts',
    'github.commits',
  ],
  fromAlert: { namespace: ['namespace', 'exported_namespace'], name: ['deployment', 'workload'] },
  target: 'deployment {name} in {namespace}',
  limits: { turns: 12, tokens: 400_000, repairs: 2 },

  async run(context, input) {
    const findings = await look(context, input);
    const proposal = await context.investigate({
      task:
        `An alert or a person says that deployment ${input.name} in namespace ${input.namespace} fails since a rollout. ` +
        'Find out whether the last rollout is the cause. If it is, propose to roll it back, with restarting it or watching it as other options. ' +
        'If nothing is wrong, say so.',
      rules: () => proposeFor(input, findings),
      admit: (action) => admits(input, findings, action),
    });
    return await context.act(proposal, {
      stabilise: input.stabilise,
      verify: async (chosen) => {
        const workload = { namespace: input.namespace, kind: input.kind, name: input.name };
        const after = await context.gather('verification', {
          errors: tryRead('prometheus.query', { query: errorRatioQuery(input) }),
          requests: tryRead('prometheus.query', { query: requestsQuery(input) }),
          workload: tryRead('kubernetes.workload', workload),
        });
        return judgeHealth(input, findings, after, chosen);
      },
    });
  },
});
