import type { Deployment } from './objects.ts';
import { badRequest } from './status-error.ts';

export interface Scale {
  kind: 'Scale';
  apiVersion: 'autoscaling/v1';
  metadata: { name: string; namespace: string; uid: string; resourceVersion: string; creationTimestamp: string };
  spec: { replicas?: number };
  status: { replicas: number; selector: string };
}

/** The `autoscaling/v1` view of a Deployment. */
export function scaleOf({ metadata, spec, status }: Deployment): Scale {
  const { name, namespace = '', uid, resourceVersion, creationTimestamp } = metadata;
  const selector = Object.entries(spec.selector.matchLabels).map(([key, value]) => `${key}=${value}`);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec.replicas },
    status: { replicas: status.replicas ?? 0, selector: selector.join(',') },
  };
}

/** The Deployment a changed Scale asks for; its metadata carries the Scale's resourceVersion, so that a stale one is refused. */
export function rescaled(current: Deployment, scale: Scale): Deployment {
  if (typeof scale !== 'object' || scale === null || scale.kind !== 'Scale')
    throw badRequest('the body is not a Scale');
  const { name, namespace, resourceVersion, uid } = scale.metadata ?? {};
  const metadata = { ...current.metadata, name, namespace: namespace ?? current.metadata.namespace ?? '' };
  return {
    ...current,
    metadata: { ...metadata, resourceVersion: resourceVersion ?? '', uid: uid ?? '' },
    spec: { ...current.spec, replicas: scale.spec?.replicas ?? 0 },
  };
}
