import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { controllerOf } from './objects.ts';
import type { Deployment, PodTemplate, ReplicaSet } from './objects.ts';
import { deploymentStatus } from './deployment-status.ts';
import { recordEvent } from './record-event.ts';
import { newSetSize, oldSetSizes, rolloutBounds } from './rolling-update.ts';
import type { SetSize } from './rolling-update.ts';
import type { Store } from './store.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAXIMUM = 'deployment.kubernetes.io/max-replicas';
const HASH = 'pod-template-hash';
const NOT_COPIED = new Set([REVISION, HISTORY, DESIRED, MAXIMUM, 'kubectl.kubernetes.io/last-applied-configuration']);

/** What a typed client adds on the way, such as `creationTimestamp: null` and `resources: {}`, is no difference. */
function dropEmpty(value: object): void {
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === 'object' && member !== null) dropEmpty(member);
    if (member === null || (typeof member === 'object' && Object.keys(member).length === 0))
      Reflect.deleteProperty(value, key);
  }
}

/** The template as its author wrote it: without the label that tells its pods apart. */
export function bareTemplate(template: PodTemplate): PodTemplate {
  const bare = structuredClone(template);
  if (bare.metadata.labels) delete bare.metadata.labels[HASH];
  dropEmpty(bare);
  return bare;
}

const sameTemplate = (set: ReplicaSet, deployment: Deployment): boolean =>
  isDeepStrictEqual(bareTemplate(set.spec.template), bareTemplate(deployment.spec.template));

export const revisionOf = (object: Deployment | ReplicaSet): number =>
  Number(object.metadata.annotations?.[REVISION] ?? 0);

/** The ReplicaSets of a Deployment, oldest revision first. */
export const replicaSetsOf = (store: Store, deployment: Deployment): ReplicaSet[] =>
  store
    .list('ReplicaSet', deployment.metadata.namespace, (set) => controllerOf(set)?.uid === deployment.metadata.uid)
    .toSorted((a, b) => revisionOf(a) - revisionOf(b));

function templateHash(template: PodTemplate): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  const digest = createHash('sha256').update(JSON.stringify(template)).digest();
  return [...digest.subarray(0, 10)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('');
}

function annotationsFor(deployment: Deployment, set: ReplicaSet | undefined, revision: number): Record<string, string> {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key));
  const { surge } = rolloutBounds(deployment.spec);
  const annotations: Record<string, string> = {
    ...set?.metadata.annotations,
    ...Object.fromEntries(copied),
    [DESIRED]: String(deployment.spec.replicas),
    [MAXIMUM]: String(deployment.spec.replicas + surge),
    [REVISION]: String(revision),
  };
  const before = set?.metadata.annotations?.[REVISION];
  if (before && before !== String(revision)) {
    annotations[HISTORY] = [set.metadata.annotations?.[HISTORY], before].filter(Boolean).join(',');
  }
  return annotations;
}

/** Finds the set of the current template, or makes it. A template seen before gets its old set back, under a new revision. */
function currentSet(store: Store, deployment: Deployment, sets: ReplicaSet[]): ReplicaSet {
  const { name, namespace = 'default', uid } = deployment.metadata;
  const found = sets.find((set) => sameTemplate(set, deployment));
  const others = sets.filter((set) => set !== found).map(revisionOf);
  const revision = Math.max(found ? revisionOf(found) : 0, Math.max(0, ...others) + 1);
  const annotations = annotationsFor(deployment, found, revision);
  if (found) return store.update({ ...found, metadata: { ...found.metadata, annotations } });
  const hash = templateHash(bareTemplate(deployment.spec.template));
  const template = bareTemplate(deployment.spec.template);
  template.metadata.labels = { ...template.metadata.labels, [HASH]: hash };
  return store.create<ReplicaSet>({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      generation: 1,
      labels: { ...template.metadata.labels },
      annotations,
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: { ...deployment.spec.selector.matchLabels, [HASH]: hash } },
      template,
    },
    status: { replicas: 0 },
  });
}

function resize(store: Store, deployment: Deployment, set: ReplicaSet, replicas: number): void {
  const before = set.spec.replicas;
  if (before === replicas) return;
  set.spec.replicas = replicas;
  store.modify('ReplicaSet', set.metadata.namespace, set.metadata.name, (each) => {
    each.spec.replicas = replicas;
    each.metadata.generation = (each.metadata.generation ?? 1) + 1;
  });
  const way = replicas > before ? 'up' : 'down';
  const message = `Scaled ${way} replica set ${set.metadata.name} from ${before} to ${replicas}`;
  recordEvent(store, deployment, { reason: 'ScalingReplicaSet', message, component: 'deployment-controller' });
}

const sizeOf = (store: Store, set: ReplicaSet): SetSize => ({
  name: set.metadata.name,
  wanted: set.spec.replicas,
  available: set.status.availableReplicas ?? 0,
  present: store.list('Pod', set.metadata.namespace, (pod) => controllerOf(pod)?.uid === set.metadata.uid).length,
});

function prune(store: Store, deployment: Deployment, old: ReplicaSet[]): void {
  const idle = old.filter((set) => set.spec.replicas === 0 && set.status.replicas === 0);
  for (const set of idle.slice(0, Math.max(idle.length - deployment.spec.revisionHistoryLimit, 0))) {
    store.remove('ReplicaSet', set.metadata.namespace, set.metadata.name);
  }
}

/** One step of a rollout: the new ReplicaSet exists, sizes move as far as surge and availability allow, the status tells the truth. */
export function reconcileDeployment(store: Store, deployment: Deployment): void {
  const { name, namespace } = deployment.metadata;
  const existing = replicaSetsOf(store, deployment);
  const paused = deployment.spec.paused === true;
  const known = existing.find((set) => sameTemplate(set, deployment));
  const fresh = paused ? known : currentSet(store, deployment, existing);
  const old = existing.filter((set) => set.metadata.name !== fresh?.metadata.name);
  if (paused) {
    // A paused rollout keeps its sets; a change of size still reaches the one that has pods.
    const active = existing.filter((set) => set.spec.replicas > 0);
    if (active.length === 1 && active[0]) resize(store, deployment, active[0], deployment.spec.replicas);
  } else if (fresh) {
    const others = old.map((set) => sizeOf(store, set));
    resize(store, deployment, fresh, newSetSize(deployment.spec, sizeOf(store, fresh), others));
    const sizes = oldSetSizes(deployment.spec, sizeOf(store, fresh), others);
    for (const set of old) resize(store, deployment, set, sizes.get(set.metadata.name) ?? 0);
    prune(store, deployment, old);
  }
  const sets = replicaSetsOf(store, deployment);
  store.modify('Deployment', namespace, name, (each) => {
    if (fresh) each.metadata.annotations = { ...each.metadata.annotations, [REVISION]: String(revisionOf(fresh)) };
    each.status = deploymentStatus(each, sets, fresh?.metadata.name);
  });
}
