import { Failure } from '../../domain/failure.ts';
import type { KubernetesClient } from './client.ts';
import { imagesOf, revisionHash, templateHash } from './template.ts';
import type { Digest } from '../../domain/digest.ts';
import type { Deployment, PodTemplate, ReplicaSet } from './wire.ts';
import { nameOf, type Workload } from './workload.ts';

/** A deployment and its ReplicaSets, read together. */
export interface DeploymentState {
  readonly uid: string;
  readonly deployment: Deployment;
  readonly template: PodTemplate;
  readonly templateHash: Digest;
  /** Those that this deployment owns. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Newest first. */
  readonly revisions: readonly Revision[];
  /** Null while the controller has not yet made a ReplicaSet of the newest template. */
  readonly current: Revision | null;
}

/** One entry of the rollout history. */
export interface Revision {
  readonly revision: number;
  readonly replicaSet: ReplicaSet;
  readonly template: PodTemplate;
  readonly templateHash: Digest;
  readonly images: string[];
}

/** Reads a deployment and its rollout history. */
export async function readDeployment(
  client: KubernetesClient,
  workload: Workload,
  signal: AbortSignal,
): Promise<DeploymentState> {
  const deployment = await client.deployment(workload.namespace, workload.name, signal);
  const { items } = await client.replicaSets(workload.namespace, selectorOf(deployment), signal);
  const uid = deployment.metadata?.uid;
  const template = deployment.spec?.template;
  if (uid === undefined || template === undefined)
    throw new Failure('stop.unsupported', `${nameOf(workload)} has no uid or no pod template`);
  const replicaSets = items.filter(({ metadata }) =>
    metadata?.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid),
  );
  const revisions = replicaSets.flatMap(revisionOf).sort((a, b) => b.revision - a.revision);
  const wanted = revisionHash(template);
  const current = revisions.find((revision) => revisionHash(revision.template) === wanted) ?? null;
  return { uid, deployment, template, templateHash: templateHash(template), replicaSets, revisions, current };
}

function revisionOf(replicaSet: ReplicaSet): Revision[] {
  const revision = Number(replicaSet.metadata?.annotations?.['deployment.kubernetes.io/revision']);
  const template = replicaSet.spec?.template;
  if (!Number.isInteger(revision) || template === undefined) return [];
  return [{ revision, replicaSet, template, templateHash: templateHash(template), images: imagesOf(template) }];
}

/** The label selector of a deployment, as the API's query takes it. */
export function selectorOf(deployment: Deployment): string {
  const { matchLabels = {}, matchExpressions = [] } = deployment.spec?.selector ?? {};
  const terms = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  for (const { key, operator, values = [] } of matchExpressions) {
    if (operator === 'Exists') terms.push(key);
    else if (operator === 'DoesNotExist') terms.push(`!${key}`);
    else terms.push(`${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`);
  }
  // An empty selector would select every pod of the namespace.
  if (terms.length === 0)
    throw new Failure('stop.unsupported', `Deployment ${deployment.metadata?.name} has an empty selector`);
  return terms.join(',');
}
