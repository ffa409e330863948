import type { AlertRule } from './alerts/alert-rule.ts';
import type { Delivery, Notifier } from './alerts/notifier.ts';
import { revisionOf } from './cluster/deployment-controller.ts';
import { NAMESPACE } from './cluster/shop.ts';
import { STORIES } from './stories/stories.ts';
import type { Systems } from './stories/story.ts';

export interface SandboxStatus {
  /** The story the shop is in, the first where it is in several, or null. */
  story: string | null;
  deployments: { name: string; image: string; revision: number; ready: number; desired: number; restarts: number }[];
  /** The share of checkout's requests that failed over the last 10 s; null when there were none. */
  errorRatio: number | null;
  alert: 'inactive' | 'pending' | 'firing';
  webhook: { url: string; last: Delivery | null } | null;
}

/** How the shop does now. */
export function sandboxStatus(
  systems: Systems,
  rule: AlertRule,
  notifier: Notifier,
  webhook: string | undefined,
): SandboxStatus {
  const { store } = systems;
  const pods = store.list('Pod', NAMESPACE);
  const deployments = store.list('Deployment', NAMESPACE).map((deployment) => {
    const { name } = deployment.metadata;
    const own = pods.filter(({ metadata }) => metadata.labels?.['app'] === name);
    return {
      name,
      image: deployment.spec.template.spec.containers[0]?.image ?? '',
      revision: revisionOf(deployment),
      ready: deployment.status.readyReplicas ?? 0,
      desired: deployment.spec.replicas,
      restarts: own.reduce((sum, { status }) => sum + (status.containerStatuses?.[0]?.restartCount ?? 0), 0),
    };
  });
  return {
    story: STORIES.find((story) => story.isOn(systems))?.name ?? null,
    deployments,
    errorRatio: Number.isNaN(rule.ratio) ? null : rule.ratio,
    alert: rule.alerts()[0]?.state ?? 'inactive',
    webhook: webhook === undefined ? null : { url: webhook, last: notifier.last ?? null },
  };
}
