import { randomBytes } from 'node:crypto';
import { kubeTime } from './objects.ts';
import type { KubeEvent, KubeObject } from './objects.ts';
import type { Store } from './store.ts';

const KEPT_MS = 3_600_000;

export interface EventText {
  type?: 'Normal' | 'Warning';
  reason: string;
  message: string;
  component: string;
  /** Such as `spec.containers{checkout}`. */
  fieldPath?: string;
}

/** Records an event about an object; the same one again only counts up, as kubelet and controllers do. */
export function recordEvent(store: Store, about: KubeObject, text: EventText): void {
  const namespace = about.metadata.namespace ?? 'default';
  const now = kubeTime();
  const oldest = Date.now() - KEPT_MS;
  for (const old of store.list('Event', namespace, (each) => Date.parse(each.lastTimestamp) < oldest)) {
    store.remove('Event', namespace, old.metadata.name);
  }
  const [same] = store.list(
    'Event',
    namespace,
    ({ involvedObject, reason, message }) =>
      involvedObject.uid === about.metadata.uid && reason === text.reason && message === text.message,
  );
  if (same) {
    store.update({ ...same, count: same.count + 1, lastTimestamp: now });
    return;
  }
  store.create<KubeEvent>({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${about.metadata.name}.${randomBytes(8).toString('hex')}`, namespace },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name: about.metadata.name,
      namespace,
      uid: about.metadata.uid,
      resourceVersion: about.metadata.resourceVersion,
      ...(text.fieldPath && { fieldPath: text.fieldPath }),
    },
    reason: text.reason,
    message: text.message,
    type: text.type ?? 'Normal',
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    source: { component: text.component },
    reportingComponent: text.component,
    reportingInstance: '',
  });
}
