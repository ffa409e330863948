import { isDeployment, isEvent, isPod, isReady, isReplicaSet } from './objects.ts';
import type { Container, KubeObject, Pod } from './objects.ts';

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

type Cell<T> = (object: T) => string | number;

const column = (name: string, of: Cell<KubeObject>, wide = false): Column => ({ name, wide, of });

/** A column of one kind; its table only ever holds that kind. */
const columnOf =
  <T extends KubeObject>(is: (object: KubeObject) => object is T) =>
  (name: string, of: Cell<T>): Column => ({ name, of: (object) => (is(object) ? of(object) : '') });

const deployment = columnOf(isDeployment);
const replicaSet = columnOf(isReplicaSet);
const pod = columnOf(isPod);
const event = columnOf(isEvent);

const NAME = column('Name', (object) => object.metadata.name);
const AGE = column('Age', (object) => age(object.metadata.creationTimestamp));
const containersOf = (object: KubeObject): Container[] => {
  if (isPod(object)) return object.spec.containers;
  return isDeployment(object) || isReplicaSet(object) ? object.spec.template.spec.containers : [];
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

function podState({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp) return 'Terminating';
  const state = status.containerStatuses?.[0]?.state;
  return state?.waiting?.reason ?? state?.terminated?.reason ?? status.phase;
}

const TABLES: Record<string, Column[]> = {
  Deployment: [
    NAME,
    deployment('Ready', ({ status, spec }) => `${status.readyReplicas ?? 0}/${spec.replicas}`),
    deployment('Up-to-date', ({ status }) => status.updatedReplicas ?? 0),
    deployment('Available', ({ status }) => status.availableReplicas ?? 0),
    AGE,
    CONTAINERS,
    IMAGES,
  ],
  ReplicaSet: [
    NAME,
    replicaSet('Desired', ({ spec }) => spec.replicas),
    replicaSet('Current', ({ status }) => status.replicas),
    replicaSet('Ready', ({ status }) => status.readyReplicas ?? 0),
    AGE,
    CONTAINERS,
    IMAGES,
  ],
  Pod: [
    NAME,
    pod('Ready', (object) => `${isReady(object) ? 1 : 0}/${object.spec.containers.length}`),
    pod('Status', podState),
    pod('Restarts', ({ status }) => status.containerStatuses?.[0]?.restartCount ?? 0),
    AGE,
    IMAGES,
  ],
  Event: [
    event('Last Seen', ({ lastTimestamp }) => age(lastTimestamp)),
    event('Type', ({ type }) => type),
    event('Reason', ({ reason }) => reason),
    event('Object', ({ involvedObject: about }) => `${about.kind.toLowerCase()}/${about.name}`),
    event('Message', ({ message }) => message),
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
