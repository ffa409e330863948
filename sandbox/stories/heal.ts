import { changeDeployment } from '../cluster/change-deployment.ts';
import { CHANGE_CAUSE, NAMESPACE, shopDeployments } from '../cluster/shop.ts';
import type { Store } from '../cluster/store.ts';

/** Brings every Deployment of the shop back to how it began. The controller finds the old ReplicaSet again, so this is a rollback. */
export function heal(store: Store): void {
  for (const { metadata, spec } of shopDeployments()) {
    changeDeployment(store, NAMESPACE, metadata.name, (deployment) => {
      deployment.spec = structuredClone(spec);
      const cause = metadata.annotations?.[CHANGE_CAUSE] ?? '';
      deployment.metadata.annotations = { ...deployment.metadata.annotations, [CHANGE_CAUSE]: cause };
    });
  }
}
