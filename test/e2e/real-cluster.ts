import * as k8s from '@kubernetes/client-node';
import { startKubeState } from '../support/start-kube-state.ts';
import { startKubernetes, type RunningKubernetes } from '../support/start-kubernetes.ts';
import { startPrometheus, type RunningPrometheus } from '../support/start-prometheus.ts';
import { until } from '../support/until.ts';
import { somebodyOn, type Somebody } from '../tools/kubernetes/kubernetes-world.ts';

/** A real cluster that a real Prometheus watches through kube-state-metrics. */
export interface RealCluster extends RunningKubernetes {
  readonly prometheus: RunningPrometheus;
  readonly config: k8s.KubeConfig;
  /** Somebody at work in a namespace, which is made when it is not there. */
  readonly somebodyIn: (namespace: string) => Promise<Somebody>;
}

/** Starts all of it, with one deployment on it, as a cluster in use has. `watching` adds to Prometheus's settings. */
export async function startRealCluster(
  watching: Partial<Parameters<typeof startPrometheus>[0]> = {},
): Promise<RealCluster> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  try {
    const cluster = await startKubernetes();
    stops.push(cluster.stop);
    const config = new k8s.KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    const core = config.makeApiClient(k8s.CoreV1Api);
    const somebodyIn = async (namespace: string): Promise<Somebody> => {
      await core
        .readNamespace({ name: namespace })
        .catch(() => core.createNamespace({ body: { metadata: { name: namespace } } }));
      const unused = {
        images: ['', ''] as const,
        newName: () => '',
        readerKubeconfig: null,
        stop: async () => undefined,
      };
      return somebodyOn({ kubeconfig: cluster.kubeconfig, namespace, ...unused });
    };
    await (await somebodyIn('monitoring')).deploy('kube-state-metrics', 'registry.local/kube-state-metrics:1');
    const eyes = await startKubeState(cluster.kubeconfig);
    stops.push(eyes.stop);
    const prometheus = await startPrometheus({ ...watching, scrape: [eyes.target, ...(watching.scrape ?? [])] });
    stops.push(prometheus.stop);
    await until('Prometheus sees the deployments', async () => {
      const response = await fetch(`${prometheus.url}/api/v1/query?query=count(kube_deployment_spec_replicas)`);
      return /"value":/.test(await response.text());
    });
    return { ...cluster, prometheus, config, somebodyIn, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
