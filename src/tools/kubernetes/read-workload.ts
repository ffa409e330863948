import { Failure } from '../../domain/failure.ts';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import type { KubernetesClient } from './client.ts';
import { controllerOf } from './controller.ts';
import { readDeployment } from './deployment-state.ts';
import { nameOf, Workload } from './workload.ts';
import { WorkloadFacts, workloadFacts } from './workload-facts.ts';

/** `kubernetes.workload`: one workload's state in typed facts. */
export const readWorkload = defineTool({
  name: 'kubernetes.workload',
  title: 'State of a workload',
  description:
    'Revision, images, replica counts, conditions, owner (Argo CD, Flux, Helm) and last rollout of one workload. ' +
    'Start here. It does not read pods, events or logs.',
  risk: 'read',
  input: Workload,
  facts: WorkloadFacts,
  timeout: '30s',
  async read(workload, { client, signal }: ToolContext<KubernetesClient>) {
    const state = await readDeployment(client, workload, signal);
    const controller = await controllerOf(client, state.deployment, signal);
    const clusterUid = await clusterUidOrNull(client, signal);
    const facts = workloadFacts(state, workload, { ...controller, clusterUid });
    const revision =
      facts.revision === null ? 'a revision not yet seen by its controller' : `revision ${facts.revision}`;
    const owner = facts.owner === null ? '' : `, owned by ${facts.owner.kind} ${facts.owner.name}`;
    const summary = `${nameOf(workload)}: ${revision}, ${facts.ready} of ${facts.desired} ready, ${facts.images.join(', ')}`;
    return { facts, summary: `${summary}${owner}`.slice(0, 300) };
  },
});

/** Reading goes on without it; only actions need it, for their lock. */
async function clusterUidOrNull(client: KubernetesClient, signal: AbortSignal): Promise<string | null> {
  try {
    return await client.clusterUid(signal);
  } catch (error) {
    if (error instanceof Failure && error.type === 'stop.forbidden') return null;
    throw error;
  }
}
