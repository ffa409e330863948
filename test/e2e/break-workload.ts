import type * as k8s from '@kubernetes/client-node';
import type { Somebody } from '../tools/kubernetes/kubernetes-world.ts';

/** Two versions that kwok plays as running. */
export const GOOD = 'registry.local/checkout:2.3.1';
export const BAD = 'registry.local/checkout:2.4.0';

/** All at once, so that nothing is left that works. */
function allAtOnce({ spec }: k8s.V1Deployment): void {
  if (spec) spec.strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%', maxSurge: 0 } };
}

function crashes({ spec }: k8s.V1Deployment, is: boolean): void {
  const { labels = {} } = spec?.template.metadata ?? {};
  if (is) labels['crash-loop.belay.test'] = 'true';
  else delete labels['crash-loop.belay.test'];
}

/** A deployment that works. `change` lays more over it. */
export async function deployGood(
  somebody: Somebody,
  name: string,
  change: (deployment: k8s.V1Deployment) => void = () => undefined,
): Promise<void> {
  await somebody.deploy(name, GOOD, (deployment) => {
    allAtOnce(deployment);
    change(deployment);
  });
  await somebody.settled(name);
}

/** The next version of it, none of whose pods ever gets ready. */
export const rollOutBad = (somebody: Somebody, name: string): Promise<void> =>
  somebody.deploy(name, BAD, (deployment) => crashes(deployment, true));

/** What a person would do by hand. */
export async function heal(somebody: Somebody, name: string): Promise<void> {
  await somebody.deploy(name, GOOD, (deployment) => crashes(deployment, false));
  await somebody.settled(name);
}

export const imageOf = ({ spec }: k8s.V1Deployment): string | undefined => spec?.template.spec?.containers[0]?.image;

/** Input of the runbook that watches a workload by kube-state-metrics, in a hurry. */
export function watchedBy(namespace: string, name: string) {
  const of = (metric: string): string => `sum(${metric}{namespace="${namespace}",deployment="${name}"})`;
  return {
    window: '5s',
    stabilise: '5s',
    errorRatioQuery: `${of('kube_deployment_status_replicas_unavailable')} / ${of('kube_deployment_spec_replicas')}`,
    requestsQuery: of('kube_deployment_spec_replicas'),
  };
}
