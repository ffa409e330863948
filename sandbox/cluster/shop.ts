import type { Container, Deployment, KubeObject, NewObject } from './objects.ts';
import { kubeTime } from './objects.ts';
import type { Store } from './store.ts';

export const NAMESPACE = 'shop';
export const CHANGE_CAUSE = 'kubernetes.io/change-cause';

interface Workload {
  name: string;
  replicas: number;
  tag: string;
  env?: Record<string, string>;
}

const WORKLOADS: Workload[] = [
  {
    name: 'checkout',
    replicas: 3,
    tag: '2.3.1',
    env: { PAYMENTS_HOST: 'payments.shop.svc.cluster.local', LOG_LEVEL: 'info' },
  },
  { name: 'catalog', replicas: 1, tag: '1.8.0' },
  { name: 'payments', replicas: 2, tag: '5.2.0' },
];

function deployment({ name, replicas, tag, env = {} }: Workload): NewObject<Deployment> {
  const labels = { app: name };
  const container: Container & Record<string, unknown> = {
    name,
    image: `registry.example/${name}:${tag}`,
    imagePullPolicy: 'IfNotPresent',
    ports: [{ name: 'http', containerPort: 8080 }],
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
    readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 },
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: NAMESPACE,
      generation: 1,
      labels: { ...labels, 'app.kubernetes.io/part-of': 'shop' },
      annotations: { [CHANGE_CAUSE]: `release ${name} ${tag}` },
    },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      template: {
        metadata: { labels },
        spec: {
          containers: [container],
          restartPolicy: 'Always',
          terminationGracePeriodSeconds: 2,
          nodeName: 'sandbox-1',
        },
      },
    },
    status: {},
  };
}

/** The shop's Deployments as they begin. */
export const shopDeployments = (): NewObject<Deployment>[] => WORKLOADS.map(deployment);

const plain = (kind: string, name: string, more: Record<string, unknown>): NewObject<KubeObject> => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
  ...more,
});

/** Fills an empty store with the shop: namespaces (kube-system's uid is the cluster's identity), one node, three Deployments, their Services. */
export function createShop(store: Store): void {
  for (const name of ['kube-system', 'default', NAMESPACE]) {
    store.create(plain('Namespace', name, { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }));
  }
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: kubeTime() };
  const resources = { cpu: '4', memory: '8Gi', pods: '110' };
  const status = { conditions: [ready], capacity: resources, allocatable: resources };
  store.create(plain('Node', 'sandbox-1', { spec: {}, status }));
  for (const workload of shopDeployments()) {
    const { name } = workload.metadata;
    store.create<Deployment>(workload);
    const spec = { type: 'ClusterIP', selector: { app: name }, ports: [{ port: 80, targetPort: 'http' }] };
    const service = plain('Service', name, { spec, status: {} });
    store.create({ ...service, metadata: { name, namespace: NAMESPACE, labels: { app: name } } });
  }
}
