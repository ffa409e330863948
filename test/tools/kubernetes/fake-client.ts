import type { KubernetesClient } from '../../../src/tools/kubernetes/client.ts';
import { Failure } from '../../../src/domain/failure.ts';
import type { Deployment, Pod, ReplicaSet } from '../../../src/tools/kubernetes/wire.ts';

/** One deployment in memory, without a controller: for what a real cluster does too rarely to test it there. */
export interface FakeCluster {
  readonly client: KubernetesClient;
  readonly deployment: () => Deployment;
  /** How many writes were stored. */
  readonly writes: () => number;
}

export interface FakeOptions {
  readonly pods?: readonly Pod[];
  /** Called before each write is looked at; may throw, or write itself by `touch`. */
  readonly beforePut?: (attempt: number, touch: (change: (deployment: Deployment) => void) => void) => void;
  /** Called after a write was stored: a throw is an answer that got lost. */
  readonly afterPut?: () => void;
  readonly log?: (pod: string, container: string, previous: boolean) => string;
}

const selector = { matchLabels: { app: 'checkout' } };
const templateOf = (image: string) => ({
  metadata: { labels: { app: 'checkout' } },
  spec: { containers: [{ name: 'app', image }] },
});
const replicaSet = (revision: number, image: string): ReplicaSet => ({
  metadata: {
    uid: `rs-${revision}`,
    name: `checkout-${revision}`,
    annotations: { 'deployment.kubernetes.io/revision': String(revision) },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', uid: 'uid-1', controller: true }],
  },
  spec: { selector, template: templateOf(image) },
});

export function fakeCluster({ pods = [], beforePut, afterPut, log }: FakeOptions = {}): FakeCluster {
  let version = 1;
  let attempts = 0;
  let writes = 0;
  let stored: Deployment = {
    metadata: { namespace: 'shop', name: 'checkout', uid: 'uid-1' },
    spec: { replicas: 2, selector, template: templateOf('checkout:2') },
  };
  const read = (): Deployment =>
    structuredClone({ ...stored, metadata: { ...stored.metadata, resourceVersion: String(version) } });
  const touch = (change: (deployment: Deployment) => void) => {
    const next = read();
    change(next);
    stored = next;
    version += 1;
  };
  const nothing = async () => ({ items: [], complete: true });
  return {
    deployment: read,
    writes: () => writes,
    client: {
      clusterUid: async () => 'cluster-1',
      deployment: async () => read(),
      deployments: nothing,
      replicaSets: async () => ({ items: [replicaSet(1, 'checkout:1'), replicaSet(2, 'checkout:2')], complete: true }),
      pods: async () => ({ items: structuredClone([...pods]), complete: true }),
      events: nothing,
      log: async ({ name, container }, { previous }) => log?.(name, container, previous) ?? '',
      find: async () => null,
      putDeployment: async (deployment, { dryRun }) => {
        if (dryRun) return deployment;
        attempts += 1;
        beforePut?.(attempts, touch);
        if (deployment.metadata?.resourceVersion !== String(version)) throw new Failure('retry.not-yet', 'conflict');
        stored = structuredClone(deployment);
        version += 1;
        writes += 1;
        afterPut?.();
        return read();
      },
    },
  };
}
