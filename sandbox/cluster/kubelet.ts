import { isPod } from './objects.ts';
import type { Pod } from './objects.ts';
import { PodWorker } from './pod-worker.ts';
import { recordEvent } from './record-event.ts';
import type { Store } from './store.ts';

export interface Backend {
  pod: string;
  port: number;
}

/** One pod whose metrics can be read now. */
export interface ScrapeTarget extends Backend {
  namespace: string;
  deployment: string;
}

/** The one node's agent: a worker per pod, for as long as the pod is wanted. */
export class Kubelet {
  readonly #store: Store;
  readonly #baseEnv: Record<string, string>;
  readonly #workers = new Map<string, { pod: Pod; worker: PodWorker }>();
  readonly #ending = new Set<Promise<void>>();
  #forget: () => void;
  #stopped = false;

  /** @param baseEnv what every container finds in its environment, such as the address of the cluster's gateway */
  constructor(store: Store, baseEnv: Record<string, string>) {
    this.#store = store;
    this.#baseEnv = baseEnv;
    this.#forget = store.onChange(({ object, type }) => {
      if (!isPod(object) || type === 'DELETED') return;
      if (object.metadata.deletionTimestamp) this.#end(object);
      else if (type === 'ADDED') this.#start(object);
    });
  }

  /** The ready pods that carry a label `app`; the balancer's view. */
  backends(app: string): Backend[] {
    return [...this.#workers.values()]
      .filter(({ pod }) => pod.metadata.labels?.['app'] === app)
      .flatMap(({ worker }) => worker.address ?? []);
  }

  targets(): ScrapeTarget[] {
    return [...this.#workers.values()].flatMap(({ pod, worker }) => {
      const { name, namespace = '', labels } = pod.metadata;
      const port = worker.metricsPort;
      return port === undefined ? [] : [{ pod: name, port, namespace, deployment: labels?.['app'] ?? '' }];
    });
  }

  worker(uid: string): PodWorker | undefined {
    return this.#workers.get(uid)?.worker;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#forget();
    await Promise.all([...this.#ending, ...[...this.#workers.values()].map(({ worker }) => worker.stop())]);
  }

  #start(pod: Pod): void {
    // Later than the change that caused it: a listener must not write while another write is told.
    setImmediate(() => {
      const current = this.#store.get('Pod', pod.metadata.namespace, pod.metadata.name);
      if (this.#stopped || !current || current.metadata.deletionTimestamp) return;
      const { name, namespace } = pod.metadata;
      const message = `Successfully assigned ${namespace}/${name} to sandbox-1`;
      recordEvent(this.#store, pod, { reason: 'Scheduled', message, component: 'default-scheduler' });
      const [container] = pod.spec.containers;
      const env = Object.fromEntries((container?.env ?? []).map((each) => [each.name, each.value ?? '']));
      const worker = new PodWorker(this.#store, pod, { ...this.#baseEnv, HOSTNAME: name, ...env });
      this.#workers.set(pod.metadata.uid, { pod, worker });
    });
  }

  #end(pod: Pod): void {
    const found = this.#workers.get(pod.metadata.uid);
    this.#workers.delete(pod.metadata.uid);
    const { name, namespace } = pod.metadata;
    const ending = (async () => {
      if (found) {
        const fieldPath = `spec.containers{${pod.spec.containers[0]?.name}}`;
        const message = `Stopping container ${pod.spec.containers[0]?.name}`;
        setImmediate(() =>
          recordEvent(this.#store, pod, { reason: 'Killing', message, component: 'kubelet', fieldPath }),
        );
        await found.worker.stop();
      }
      await new Promise(setImmediate);
      this.#store.remove('Pod', namespace, name);
    })().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
