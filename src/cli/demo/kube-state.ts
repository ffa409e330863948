import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../../platform/problem.ts';
import { connectPrometheus } from '../../tools/prometheus/connect.ts';
import { type Series, seriesOf } from '../../tools/prometheus/answer.ts';

const WANTED = 'kube_deployment_spec_replicas';
const UNAVAILABLE = 'kube_deployment_status_replicas_unavailable';
/** Two scrapes of the slowest usual interval, a minute, and some. */
const WITHIN_MS = 180_000;
const POLL_MS = 1000;
const LOOK_BACK = '10m';

/** The cluster's own eyes: what kube-state-metrics says in Prometheus. */
export interface KubeState {
  /** Between two looks of Prometheus at kube-state-metrics; a minute where it cannot be told. Seconds. */
  readonly interval: number;
  /** Waits until the deployment is seen there, all its replicas available. */
  seen(namespace: string, deployment: string): Promise<WatchedDeployment>;
}

/** How one deployment is watched. */
export interface WatchedDeployment {
  /** PromQL: the share of wanted replicas that are not available. */
  readonly errorRatioQuery: string;
  /** PromQL: how many replicas are wanted. */
  readonly requestsQuery: string;
  /** Waits until no replica is available any more. */
  broken(): Promise<void>;
}

/** @throws CliError (exit 2) when this Prometheus has no metrics of kube-state-metrics; `Failure` when it does not answer. */
export async function connectKubeState(url: string): Promise<KubeState> {
  const client = connectPrometheus({ url });
  const query = async (text: string): Promise<Series[]> =>
    seriesOf(await client.prometheus('/api/v1/query', { query: text }, new AbortController().signal)).series;
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const end = Date.now() + WITHIN_MS;
    while (!(await holds())) {
      if (Date.now() > end) throw new CliError(`${what} within ${WITHIN_MS / 1000} s.`);
      await sleep(POLL_MS);
    }
  };

  for (const metric of [WANTED, UNAVAILABLE])
    if ((await query(`count(${metric})`)).length === 0)
      throw new CliError(
        `Prometheus at ${new URL(url).origin} has no ${metric}: the demo watches its deployment by the metrics of kube-state-metrics. Install it, or give the Prometheus that scrapes it. Nothing was changed.`,
        2,
      );
  const [example] = await query(`topk(1, ${WANTED})`);
  const scrapes = example ? await query(`${selector(WANTED, example.labels)}[${LOOK_BACK}]`) : [];

  return {
    interval: intervalOf(scrapes[0]),
    seen: async (namespace, deployment) => {
      let ratio = '';
      let wanted = '';
      await until(
        `Prometheus did not see deployment ${deployment} in ${namespace} (is it the Prometheus of this cluster?)`,
        async () => {
          const found = (await query(selector(WANTED, { deployment }))).find(({ labels }) =>
            PLACES.some((label) => labels[label] === namespace),
          );
          const place = PLACES.find((label) => found?.labels[label] === namespace);
          if (place === undefined) return false;
          const labels = { [place]: namespace, deployment };
          wanted = `sum(${selector(WANTED, labels)})`;
          ratio = `sum(${selector(UNAVAILABLE, labels)}) / ${wanted}`;
          return valueOf(await query(ratio)) === 0;
        },
      );
      return {
        errorRatioQuery: ratio,
        requestsQuery: wanted,
        broken: () =>
          until(`Prometheus did not see deployment ${deployment} break`, async () => valueOf(await query(ratio)) === 1),
      };
    },
  };
}

/** kube-state-metrics' own label, and what Prometheus makes of it unless it is told to honour labels. */
const PLACES = ['exported_namespace', 'namespace'];

const selector = (metric: string, labels: Record<string, string>): string =>
  `${metric}{${Object.entries(labels)
    .filter(([name]) => name !== '__name__')
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}}`;

const valueOf = (series: readonly Series[]): number | null => series[0]?.points.at(-1)?.value ?? null;

function intervalOf(series: Series | undefined): number {
  const times = (series?.points ?? []).map(({ at }) => Date.parse(at) / 1000);
  const [last, before] = [times.at(-1), times.at(-2)];
  return last === undefined || before === undefined ? 60 : Math.ceil(last - before);
}
