import * as k8s from '@kubernetes/client-node';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { portOf } from './free-ports.ts';

/** A small kube-state-metrics that is up, on loopback. */
export interface RunningKubeState {
  /** For a scrape: `host:port`. */
  readonly target: string;
  readonly stop: () => Promise<void>;
}

/** The metrics of kube-state-metrics that Belay's demo and these tests watch, by its names and with its labels. */
const METRICS: Record<string, (deployment: k8s.V1Deployment) => number> = {
  kube_deployment_spec_replicas: ({ spec }) => spec?.replicas ?? 1,
  kube_deployment_status_replicas_unavailable: ({ status }) => status?.unavailableReplicas ?? 0,
  kube_deployment_status_replicas_available: ({ status }) => status?.availableReplicas ?? 0,
};

/** Tells at each scrape what the API server says of every deployment at that moment. */
export async function startKubeState(kubeconfig: string): Promise<RunningKubeState> {
  const config = new k8s.KubeConfig();
  config.loadFromFile(kubeconfig);
  const apps = config.makeApiClient(k8s.AppsV1Api);
  const exposition = async (): Promise<string> => {
    const { items } = await apps.listDeploymentForAllNamespaces();
    const lines = Object.entries(METRICS).flatMap(([name, valueOf]) => [
      `# TYPE ${name} gauge`,
      ...items.map((deployment) => {
        const { namespace, name: called } = deployment.metadata ?? {};
        return `${name}{namespace="${namespace}",deployment="${called}"} ${valueOf(deployment)}`;
      }),
    ]);
    return `${lines.join('\n')}\n`;
  };
  const server = createServer((_, response) => {
    exposition().then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    target: `127.0.0.1:${portOf(server)}`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
