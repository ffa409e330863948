import { admitDeployment } from './admit-deployment.ts';
import type { Deployment } from './objects.ts';
import { notFound } from './status-error.ts';
import type { Store } from './store.ts';

/** Changes a Deployment the way a client of the API would: judged, and as a new generation when its spec changed. @throws StatusError */
export function changeDeployment(
  store: Store,
  namespace: string,
  name: string,
  change: (deployment: Deployment) => void,
): void {
  const current = store.get('Deployment', namespace, name);
  if (!current) throw notFound('deployments', 'apps', name);
  const candidate = structuredClone(current);
  change(candidate);
  store.update(admitDeployment(current, candidate));
}
