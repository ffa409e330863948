import { changeDeployment } from '../cluster/change-deployment.ts';
import { CHANGE_CAUSE, NAMESPACE, shopDeployments } from '../cluster/shop.ts';
import { closeBuckets } from '../aws/worlds/public-buckets.ts';
import { clearLeftovers } from '../aws/worlds/leftovers.ts';
import type { Systems } from './story.ts';

/**
 * Brings everything back to how it began. Of a Deployment the controller finds the old ReplicaSet again, so that is a
 * rollback; in AWS what was left behind goes, and what was opened is closed.
 */
export function heal({ store, aws }: Systems): void {
  clearLeftovers(aws);
  closeBuckets(aws);
  for (const { metadata, spec } of shopDeployments()) {
    changeDeployment(store, NAMESPACE, metadata.name, (deployment) => {
      deployment.spec = structuredClone(spec);
      const cause = metadata.annotations?.[CHANGE_CAUSE] ?? '';
      deployment.metadata.annotations = { ...deployment.metadata.annotations, [CHANGE_CAUSE]: cause };
    });
  }
}
