import { z } from 'zod';
import { stringify } from 'yaml';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import type { KubernetesClient } from './client.ts';
import { controllerOf } from './controller.ts';
import { readDeployment, selectorOf } from './deployment-state.ts';
import { eventLine, eventsOf } from './event-facts.ts';
import { hideSecrets } from './hide-secrets.ts';
import { podFacts, worstFirst } from './pod-facts.ts';
import { lineOf } from './read-pods.ts';
import { plainTemplate } from './template.ts';
import { nameOf, Workload } from './workload.ts';
import { workloadFacts } from './workload-facts.ts';

/** `kubernetes.describe`: everything about a workload on one page, for reading. */
export const describeWorkload = defineTool({
  name: 'kubernetes.describe',
  title: 'Describe a workload',
  description:
    'One readable page on a workload: state, conditions, pod template, pods and newest events. Values of environment variables ' +
    'that are named like secrets are hidden; Secrets are never read.',
  risk: 'read',
  input: Workload,
  facts: z.object({ uid: z.string(), rolledOut: z.boolean(), pods: z.number().int(), warnings: z.number().int() }),
  timeout: '45s',
  async read(workload, { client, signal }: ToolContext<KubernetesClient>) {
    const state = await readDeployment(client, workload, signal);
    const [{ items }, { events }] = await Promise.all([
      client.pods(workload.namespace, selectorOf(state.deployment), signal),
      eventsOf(client, workload, signal),
    ]);
    const controller = await controllerOf(client, state.deployment, signal);
    const { conditions, ...facts } = workloadFacts(state, workload, { ...controller, clusterUid: null });
    const pods = items.map(podFacts).sort(worstFirst);
    const warnings = events.filter(({ type }) => type === 'Warning').length;
    const { clusterUid: _, ...shown } = facts;
    const sections = {
      Strategy: stringify(state.deployment.spec?.strategy ?? {}),
      Conditions: conditions.map((c) => `${c.type}=${c.status} ${c.reason ?? ''}: ${c.message ?? ''}`).join('\n'),
      'Pod template': stringify(hideSecrets(plainTemplate(state.template)), { lineWidth: 0 }),
      [`Pods (${pods.length})`]: pods.slice(0, 30).map(lineOf).join('\n') || 'none',
      [`Events (${events.length}, newest first)`]: events.slice(0, 30).map(eventLine).join('\n') || 'none',
    };
    return {
      facts: { uid: facts.uid, rolledOut: facts.rolledOut, pods: pods.length, warnings },
      content: [
        stringify(shown, { lineWidth: 0 }),
        ...Object.entries(sections).map(([title, text]) => `# ${title}\n${text}`),
      ].join('\n'),
      summary: `${nameOf(workload)}: ${facts.ready} of ${facts.desired} ready, ${pods.length} pods, ${warnings} warnings`,
    };
  },
});
