import type { Kubelet, ScrapeTarget } from '../cluster/kubelet.ts';
import type { Store } from '../cluster/store.ts';
import type { Gateway } from '../traffic/gateway.ts';
import type { Labels, SampleStore } from './sample-store.ts';

interface Scraped {
  labels: Labels;
  value: number;
}

const LINE = /^(?<name>[a-zA-Z_:][\w:]*)\{code="(?<code>\d+)"\} (?<value>\S+)$/;

/** Reads what our own services expose; each pod's place in the cluster is added here, as Prometheus' relabelling does. */
async function scrapePod({ pod, port, namespace, deployment }: ScrapeTarget): Promise<Scraped[]> {
  const where = { namespace, deployment, pod };
  const up = (value: number): Scraped => ({ labels: { __name__: 'up', job: 'pods', ...where }, value });
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(800) });
    const lines = (await answer.text()).split('\n');
    const samples = lines.flatMap((line) => {
      const { name = '', code = '', value } = LINE.exec(line)?.groups ?? {};
      return value === undefined ? [] : [{ labels: { __name__: name, ...where, code }, value: Number(value) }];
    });
    return [...samples, up(1)];
  } catch {
    return [up(0)];
  }
}

function gatewaySamples({ refused }: Gateway): Scraped[] {
  return [...refused].flatMap(([deployment, counts]) =>
    [...counts].map(([code, value]) => ({
      labels: { __name__: 'http_requests_total', namespace: 'shop', deployment, pod: 'gateway', code: String(code) },
      value,
    })),
  );
}

function stateSamples(store: Store): Scraped[] {
  const deployments = store.list('Deployment').flatMap(({ metadata, spec, status }) => {
    const labels = { namespace: metadata.namespace ?? '', deployment: metadata.name };
    const one = (name: string, value: number): Scraped => ({
      labels: { __name__: `kube_deployment_${name}`, ...labels },
      value,
    });
    return [
      one('spec_replicas', spec.replicas),
      one('status_replicas_available', status.availableReplicas ?? 0),
      one('status_replicas_ready', status.readyReplicas ?? 0),
    ];
  });
  const pods = store.list('Pod').flatMap(({ metadata, status }) =>
    (status.containerStatuses ?? []).map(({ name: container, restartCount: value }) => {
      const labels = { namespace: metadata.namespace ?? '', pod: metadata.name, container };
      return { labels: { __name__: 'kube_pod_container_status_restarts_total', ...labels }, value };
    }),
  );
  return [...deployments, ...pods];
}

export interface ScrapeSources {
  store: Store;
  kubelet: Kubelet;
  gateway: Gateway;
}

/** One scrape of everything there is, stored under the time it began. */
export async function scrape({ store, kubelet, gateway }: ScrapeSources, into: SampleStore): Promise<void> {
  const began = Date.now();
  const pods = await Promise.all(kubelet.targets().map(scrapePod));
  into.record(began, [...pods.flat(), ...gatewaySamples(gateway), ...stateSamples(store)]);
}
