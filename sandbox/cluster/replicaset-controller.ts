import { randomInt } from 'node:crypto';
import { controllerOf, isReady } from './objects.ts';
import type { Pod, ReplicaSet } from './objects.ts';
import { recordEvent } from './record-event.ts';
import type { Store } from './store.ts';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const suffix = (): string => Array.from({ length: 5 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');

function createPod(store: Store, set: ReplicaSet): void {
  const { template } = set.spec;
  const pod = store.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${set.metadata.name}-${suffix()}`,
      namespace: set.metadata.namespace ?? 'default',
      labels: { ...template.metadata.labels },
      ...(template.metadata.annotations && { annotations: { ...template.metadata.annotations } }),
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: set.metadata.name,
          uid: set.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: structuredClone(template.spec),
    status: { phase: 'Pending' },
  });
  const message = `Created pod: ${pod.metadata.name}`;
  recordEvent(store, set, { reason: 'SuccessfulCreate', message, component: 'replicaset-controller' });
}

/** Marks a pod for deletion; the kubelet stops its process and removes it. */
export function deletePod(store: Store, pod: Pod): void {
  store.modify('Pod', pod.metadata.namespace, pod.metadata.name, (each) => {
    each.metadata.deletionTimestamp ??= new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  });
}

/** Makes the pods of a set as many as it wants, and its status tell how many there are. */
export function reconcileReplicaSet(store: Store, set: ReplicaSet): void {
  const { name, namespace, uid } = set.metadata;
  const wanted = (pod: Pod): boolean => controllerOf(pod)?.uid === uid && pod.metadata.deletionTimestamp === undefined;
  const pods = store.list('Pod', namespace, wanted);
  for (let missing = set.spec.replicas - pods.length; missing > 0; missing -= 1) createPod(store, set);
  // Not ready goes before ready, young before old: what Kubernetes would take down first.
  const rank = (pod: Pod): number => (isReady(pod) ? 1 : 0);
  const newestFirst = pods.toReversed().toSorted((a, b) => rank(a) - rank(b));
  for (const pod of newestFirst.slice(0, Math.max(pods.length - set.spec.replicas, 0))) {
    deletePod(store, pod);
    const message = `Deleted pod: ${pod.metadata.name}`;
    recordEvent(store, set, { reason: 'SuccessfulDelete', message, component: 'replicaset-controller' });
  }
  const left = store.list('Pod', namespace, wanted);
  const ready = left.filter(isReady).length;
  store.modify('ReplicaSet', namespace, name, (each) => {
    each.status = {
      replicas: left.length,
      ...(left.length > 0 && { fullyLabeledReplicas: left.length }),
      ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }),
      observedGeneration: each.metadata.generation ?? 1,
    };
  });
}
