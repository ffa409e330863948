import type { DeploymentState } from './deployment-state.ts';

/**
 * When the rollout of the current revision began, as ISO time; null when the cluster does not tell. A ReplicaSet made for
 * it tells by its age. A re-used one (after a rollback) is older than the rollout: then it is the last time that anybody's
 * managed fields with the pod template changed.
 */
export function rolledOutAt({ current, deployment }: DeploymentState): string | null {
  const metadata = current?.replicaSet.metadata;
  const created = metadata?.creationTimestamp ?? null;
  if (metadata?.annotations?.['deployment.kubernetes.io/revision-history'] === undefined) return iso(created);
  const times = (deployment.metadata?.managedFields ?? [])
    .filter((entry) => (entry.subresource ?? '') === '' && ownsTemplate(entry.fieldsV1))
    .flatMap((entry) => (entry.time === undefined ? [] : [entry.time]))
    .sort();
  return iso(times.at(-1) ?? null);
}

function ownsTemplate(fields: unknown): boolean {
  if (typeof fields !== 'object' || fields === null || !('f:spec' in fields)) return false;
  const spec = fields['f:spec'];
  return typeof spec === 'object' && spec !== null && 'f:template' in spec;
}

const iso = (time: string | null): string | null => (time === null ? null : new Date(time).toISOString());
