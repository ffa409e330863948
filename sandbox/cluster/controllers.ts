import { reconcileDeployment } from './deployment-controller.ts';
import { reconcileReplicaSet } from './replicaset-controller.ts';
import type { Store } from './store.ts';

const WATCHED = new Set(['Deployment', 'ReplicaSet', 'Pod']);

/** One pass of all controllers. */
export function reconcileAll(store: Store): void {
  for (const deployment of store.list('Deployment')) reconcileDeployment(store, deployment);
  for (const set of store.list('ReplicaSet')) reconcileReplicaSet(store, set);
}

/** Runs the controllers after every change that concerns them, and each second for what only time changes. Returns their stop. */
export function startControllers(store: Store): () => void {
  let planned: NodeJS.Immediate | undefined;
  let stopped = false;
  const pass = (): void => {
    planned = undefined;
    if (!stopped) reconcileAll(store);
  };
  const plan = (): void => {
    if (!stopped) planned ??= setImmediate(pass);
  };
  const forget = store.onChange((change) => {
    if (WATCHED.has(change.object.kind)) plan();
  });
  const timer = setInterval(plan, 1000);
  plan();
  return () => {
    stopped = true;
    forget();
    clearInterval(timer);
    if (planned) clearImmediate(planned);
  };
}
