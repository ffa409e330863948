import { z } from 'zod';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import type { KubernetesClient } from './client.ts';
import { selectorOf } from './deployment-state.ts';
import { PodFacts, podFacts, worstFirst } from './pod-facts.ts';
import { nameOf, Workload } from './workload.ts';

const MAX = 30;

/** `kubernetes.pods`: the pods of a workload, the worst first. */
export const readPods = defineTool({
  name: 'kubernetes.pods',
  title: 'Pods of a workload',
  description:
    'Pods that a workload selects: phase, readiness, restarts, why they wait, how they last ended, images. The worst come first. ' +
    `At most ${MAX}; count tells how many there are.`,
  risk: 'read',
  input: Workload,
  facts: z.object({ pods: z.array(PodFacts).max(MAX), count: z.number().int(), ready: z.number().int() }),
  timeout: '30s',
  async read(workload, { client, signal }: ToolContext<KubernetesClient>) {
    const deployment = await client.deployment(workload.namespace, workload.name, signal);
    const { items } = await client.pods(workload.namespace, selectorOf(deployment), signal);
    const pods = items.map(podFacts).sort(worstFirst);
    const ready = pods.filter((pod) => pod.ready).length;
    return {
      facts: { pods: fit(pods, MAX), count: pods.length, ready },
      content: pods.map(lineOf).join('\n') || 'no pods',
      summary: `${ready} of ${pods.length} pods of ${nameOf(workload)} ready`,
    };
  },
});

/** A pod in one line, as `kubectl get pods` would show it. */
export function lineOf(pod: PodFacts): string {
  const exit = pod.lastExit === null ? '' : `  last exit ${pod.lastExit.code} (${pod.lastExit.reason ?? 'no reason'})`;
  const state = pod.reason === null ? pod.phase : `${pod.phase}, ${pod.reason}`;
  return `${pod.name}  ${pod.ready ? 'ready' : 'NOT READY'}  ${state}  restarts ${pod.restarts}${exit}  ${pod.images.join(', ')}`;
}
