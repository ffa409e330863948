import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { CliError } from '../../platform/problem.ts';
import { type Cleanup, cleanup, closedOnFailure } from './cleanup.ts';
import { createDemoNamespace, DEPLOYMENT } from './demo-namespace.ts';
import { connectKubeState, type WatchedDeployment } from './kube-state.ts';
import { type OwnBelay, type OwnPlace, ownPlace, startOwnBelay } from './own-belay.ts';
import type { Stage } from './stage.ts';

const ALERT = 'BelayDemoUnavailable';

/** Somebody's own cluster, and the Prometheus that watches it. */
export interface ClusterPlace {
  readonly kubeconfig: string;
  readonly prometheus: string;
}

/**
 * The same story on a real cluster, in a namespace of the demo's own. Nothing is decided but at the terminal.
 * @throws CliError before anything is changed where the cluster, its Prometheus or the permissions will not do
 */
export const setClusterStage = (
  at: ClusterPlace,
  say: (text: string) => void,
  stops: Cleanup = cleanup(),
): Promise<Stage> => closedOnFailure(stops, set(at, say, stops));

async function set({ kubeconfig, prometheus }: ClusterPlace, say: (text: string) => void, stops: Cleanup) {
  say('Asking Prometheus for kube-state-metrics');
  const eyes = await connectKubeState(prometheus);
  const place = await ownPlace(stops);
  say('Making a namespace for the demo');
  const namespace = await createDemoNamespace(kubeconfig, stops);
  say(`Waiting until deployment ${DEPLOYMENT} in ${namespace.name} is ready`);
  await namespace.deploy();
  say(`Waiting until Prometheus sees deployment ${DEPLOYMENT}`);
  const watched = await eyes.seen(namespace.name, DEPLOYMENT);
  const routes = writeRoutes(place, namespace.name, watched, eyes.interval);
  const variables = { KUBECONFIG: kubeconfig, PROMETHEUS_URL: prometheus, BELAY_ROUTES: routes };
  const belay = await startOwnBelay(place, variables, stops, say);
  return {
    ...belay,
    what: `Belay is up, and deployment ${DEPLOYMENT} runs in namespace ${namespace.name} on ${namespace.server}`,
    slackPage: undefined,
    slackCode: undefined,
    breakIt: async () => {
      const what = await namespace.breakIt();
      await watched.broken();
      await sendAlert(belay, namespace.name);
      return what;
    },
    close: () => stops.run(),
  };
}

/** Two looks of Prometheus after the fix, so that what is verified is what came of it; at least ten seconds. */
const stabilise = (interval: number): string => `${Math.max(10, 2 * interval + 5)}s`;

function writeRoutes(
  { folder }: OwnPlace,
  namespace: string,
  { errorRatioQuery, requestsQuery }: WatchedDeployment,
  interval: number,
): string {
  const input = { window: stabilise(interval), stabilise: stabilise(interval), errorRatioQuery, requestsQuery };
  const match = { alertname: ALERT, namespace };
  const file = join(folder, 'routes.yaml');
  writeFileSync(file, stringify({ routes: [{ match, runbook: 'remediation/bad-deploy', mode: 'propose', input }] }));
  return file;
}

/** As Alertmanager would, so that the cluster's own need not be told about the demo. */
async function sendAlert({ client }: OwnBelay, namespace: string): Promise<void> {
  const labels = { alertname: ALERT, namespace, deployment: DEPLOYMENT, severity: 'critical' };
  const annotations = { summary: `No replica of ${DEPLOYMENT} in ${namespace} is available` };
  const alert = { status: 'firing', labels, annotations, startsAt: new Date().toISOString() };
  const delivery = {
    version: '4',
    groupKey: `{}:{alertname="${ALERT}", namespace="${namespace}"}`,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'belay-demo',
    groupLabels: { alertname: ALERT, namespace },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: client.url,
    alerts: [
      { ...alert, endsAt: '0001-01-01T00:00:00Z', generatorURL: client.url, fingerprint: fingerprintOf(namespace) },
    ],
  };
  const Accepted = z.looseObject({ alerts: z.array(z.looseObject({ runId: z.string().nullable() })) });
  const { alerts } = await client.post('/hooks/alertmanager', delivery, Accepted);
  if (!alerts[0]?.runId) throw new CliError('The alert of the demo started no run; its route does not fit.');
}

/** Sixteen hex digits, as Alertmanager's are; the namespace is different each time. */
const fingerprintOf = (namespace: string): string => Buffer.from(namespace).toString('hex').slice(-16);
