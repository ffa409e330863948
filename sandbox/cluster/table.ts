import { isReady } from './objects.ts';
import type { Container, Deployment, KubeEvent, KubeObject, Pod, ReplicaSet } from './objects.ts';

interface Column {
  name: string;
  type?: string;
  /** Shown with `-o wide` only. */
  wide?: boolean;
  of(object: KubeObject): string | number;
}

/** `5s`, `2m10s`, `3h`: how kubectl writes an age. */
function age(since: string): string {
  const seconds = Math.max(Math.round((Date.now() - Date.parse(since)) / 1000), 0);
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 600) return `${Math.floor(seconds / 60)}m${seconds % 60 ? `${seconds % 60}s` : ''}`;
  return seconds < 10_800 ? `${Math.floor(seconds / 60)}m` : `${Math.floor(seconds / 3600)}h`;
}

const column = <T extends KubeObject>(name: string, of: (object: T) => string | number, wide = false): Column => ({
  name,
  wide,
  of: (object) => of(object as T),
});

const NAME = column('Name', (object) => object.metadata.name);
const AGE = column('Age', (object) => age(object.metadata.creationTimestamp));
const containersOf = (object: KubeObject): Container[] => {
  const { spec } = object as Deployment | ReplicaSet | Pod;
  return ('template' in spec ? spec.template.spec : spec).containers;
};
const CONTAINERS = column(
  'Containers',
  (object) =>
    containersOf(object)
      .map((each) => each.name)
      .join(','),
  true,
);
const IMAGES = column(
  'Images',
  (object) =>
    containersOf(object)
      .map((each) => each.image)
      .join(','),
  true,
);

function podState(pod: Pod): string {
  if (pod.metadata.deletionTimestamp) return 'Terminating';
  const state = pod.status.containerStatuses?.[0]?.state;
  return state?.waiting?.reason ?? state?.terminated?.reason ?? pod.status.phase;
}

const TABLES: Record<string, Column[]> = {
  Deployment: [
    NAME,
    column<Deployment>('Ready', ({ status, spec }) => `${status.readyReplicas ?? 0}/${spec.replicas}`),
    column<Deployment>('Up-to-date', ({ status }) => status.updatedReplicas ?? 0),
    column<Deployment>('Available', ({ status }) => status.availableReplicas ?? 0),
    AGE,
    CONTAINERS,
    IMAGES,
  ],
  ReplicaSet: [
    NAME,
    column<ReplicaSet>('Desired', ({ spec }) => spec.replicas),
    column<ReplicaSet>('Current', ({ status }) => status.replicas),
    column<ReplicaSet>('Ready', ({ status }) => status.readyReplicas ?? 0),
    AGE,
    CONTAINERS,
    IMAGES,
  ],
  Pod: [
    NAME,
    column<Pod>('Ready', (pod) => `${isReady(pod) ? 1 : 0}/${pod.spec.containers.length}`),
    column<Pod>('Status', podState),
    column<Pod>('Restarts', ({ status }) => status.containerStatuses?.[0]?.restartCount ?? 0),
    AGE,
    IMAGES,
  ],
  Event: [
    column<KubeEvent>('Last Seen', (event) => age(event.lastTimestamp)),
    column<KubeEvent>('Type', (event) => event.type),
    column<KubeEvent>('Reason', (event) => event.reason),
    column<KubeEvent>('Object', ({ involvedObject: about }) => `${about.kind.toLowerCase()}/${about.name}`),
    column<KubeEvent>('Message', (event) => event.message),
  ],
};

/** The `meta.k8s.io/v1` Table that `kubectl get` asks for and prints. */
export function tableOf(kind: string, objects: KubeObject[], version: string): Record<string, unknown> {
  const columns = TABLES[kind] ?? [NAME, AGE];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: version },
    columnDefinitions: columns.map(({ name, wide }) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority: wide ? 1 : 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map((each) => each.of(object)),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}
