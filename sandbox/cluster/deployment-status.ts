import { kubeTime } from './objects.ts';
import type { Condition, Deployment, ReplicaSet } from './objects.ts';
import { rolloutBounds } from './rolling-update.ts';

type Status = Deployment['status'];

function condition(
  before: Status,
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
): Condition {
  const old = before.conditions?.find((each) => each.type === type);
  if (old && old.status === status && old.reason === reason && old.message === message) return old;
  const now = kubeTime();
  const lastTransitionTime = old?.status === status ? old.lastTransitionTime : now;
  return { type, status, reason, message, lastUpdateTime: now, lastTransitionTime };
}

function progressing(deployment: Deployment, fresh: ReplicaSet | undefined, next: Status): Condition {
  const { spec, status: before } = deployment;
  const set = `ReplicaSet "${fresh?.metadata.name}"`;
  const complete =
    next.updatedReplicas === spec.replicas &&
    next.replicas === spec.replicas &&
    next.availableReplicas === spec.replicas;
  const old = before.conditions?.find((each) => each.type === 'Progressing');
  if (spec.paused) return condition(before, 'Progressing', 'True', 'DeploymentPaused', 'Deployment is paused');
  // As in Kubernetes, a finished rollout stays finished when its pods fail later; only a new template opens it again.
  const finished = old?.reason === 'NewReplicaSetAvailable' && old.message.startsWith(set);
  if (complete || finished) {
    return condition(before, 'Progressing', 'True', 'NewReplicaSetAvailable', `${set} has successfully progressed.`);
  }
  if (old?.message === `${set} has timed out progressing.`) return old;
  const moved = (['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const).some(
    (field) => (next[field] ?? 0) !== (before[field] ?? 0),
  );
  const since = Date.parse(old?.lastUpdateTime ?? kubeTime());
  if (!moved && old?.message.startsWith(set) && Date.now() - since > spec.progressDeadlineSeconds * 1000) {
    return condition(before, 'Progressing', 'False', 'ProgressDeadlineExceeded', `${set} has timed out progressing.`);
  }
  const going = condition(before, 'Progressing', 'True', 'ReplicaSetUpdated', `${set} is progressing.`);
  return moved ? { ...going, lastUpdateTime: kubeTime() } : going;
}

/** The status of a Deployment from its ReplicaSets, with both conditions and the times they changed. */
export function deploymentStatus(deployment: Deployment, sets: ReplicaSet[], freshName: string | undefined): Status {
  const sum = (field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number =>
    sets.reduce((total, set) => total + (set.status[field] ?? 0), 0);
  const fresh = sets.find((set) => set.metadata.name === freshName);
  const available = sum('availableReplicas');
  const missing = Math.max(deployment.spec.replicas - available, 0);
  const ready = sum('readyReplicas');
  const next: Status = {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: sum('replicas'),
    updatedReplicas: fresh?.status.replicas ?? 0,
    readyReplicas: ready,
    availableReplicas: available,
    ...(missing > 0 && { unavailableReplicas: missing }),
  };
  const enough = available >= deployment.spec.replicas - rolloutBounds(deployment.spec).unavailable;
  next.conditions = [
    enough
      ? condition(
          deployment.status,
          'Available',
          'True',
          'MinimumReplicasAvailable',
          'Deployment has minimum availability.',
        )
      : condition(
          deployment.status,
          'Available',
          'False',
          'MinimumReplicasUnavailable',
          'Deployment does not have minimum availability.',
        ),
    progressing(deployment, fresh, next),
  ];
  // Go leaves zero counts out; clients must cope, so the sandbox does the same.
  for (const field of ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    if (next[field] === 0) delete next[field];
  }
  return next;
}
