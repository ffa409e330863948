import { defineRunbook } from '../../sdk/runbook.ts';
import { tryRead } from '../engine/read.ts';
import { look } from './bad-deploy-findings.ts';
import { BadDeployInput } from './bad-deploy-input.ts';
import { admits, proposeFor } from './bad-deploy-rules.ts';
import { judgeHealth } from './bad-deploy-verification.ts';
import { errorRatioQuery, requestsQuery } from './error-ratio.ts';

/** Remediation of a rollout that made a workload fail: undo it, restart it, or watch. */
export const badDeploy = defineRunbook({
  name: 'remediation/bad-deploy',
  version: 1,
  title: 'Bad deploy',
  description:
    'Finds out whether the last rollout of a workload made it fail, and proposes to roll it back. Verifies by error ratio and ready replicas. ' +
    'Where Argo CD, Flux or Helm owns the workload it proposes the exact revert instead. Proposes nothing when nothing is wrong.',
  input: BadDeployInput,
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
