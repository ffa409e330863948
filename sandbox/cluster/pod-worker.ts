import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerLog } from './container-log.ts';
import { startContainer } from './container.ts';
import type { Exit, RunningContainer } from './container.ts';
import { programOf } from './images.ts';
import { kubeTime } from './objects.ts';
import type { Container, ContainerState, Pod } from './objects.ts';
import { containerId, podStatus } from './pod-status.ts';
import { probe } from './probe.ts';
import { recordEvent } from './record-event.ts';
import type { EventText } from './record-event.ts';
import type { Store } from './store.ts';

/** Kubernetes waits 10 s, then doubles up to 5 min; shorter here, so that a crash loop shows within one short story. */
const BACK_OFF = { firstMs: 5_000, maxMs: 40_000, forgetAfterMs: 60_000 };
const GRACE_MS = 2_000;
const PROBE_MS = { starting: 150, running: 1_000 };
const FAILED_PROBES = 3;

/** Runs one pod: starts its process, probes it, restarts it with growing pauses, and writes its status. */
export class PodWorker {
  readonly #store: Store;
  readonly #pod: Pod;
  readonly #spec: Container;
  readonly #env: Record<string, string>;
  readonly #stop = new AbortController();
  #running: RunningContainer | undefined;
  #ready = false;
  #restarts = 0;
  #state: ContainerState = { waiting: { reason: 'ContainerCreating' } };
  #lastState: ContainerState = {};
  #lives = 0;
  /** The log of the process that runs now, and of the one before. */
  log: ContainerLog | undefined;
  previousLog: ContainerLog | undefined;
  readonly done: Promise<void>;

  constructor(store: Store, pod: Pod, env: Record<string, string>) {
    const [spec] = pod.spec.containers;
    if (!spec) throw new Error(`pod ${pod.metadata.name} has no container`);
    this.#store = store;
    this.#pod = pod;
    this.#spec = spec;
    this.#env = env;
    this.done = this.#run();
  }

  /** Where its server listens, while it is ready to be asked. */
  get address(): { pod: string; port: number } | undefined {
    const port = this.#running?.port;
    return this.#ready && port !== undefined ? { pod: this.#pod.metadata.name, port } : undefined;
  }

  /** Where its metrics can be read: as soon as it listens, ready or not. */
  get metricsPort(): number | undefined {
    return this.#running?.port;
  }

  async stop(): Promise<void> {
    this.#ready = false;
    this.#stop.abort();
    await this.#running?.stop(GRACE_MS);
    await this.done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let backOffMs = 0;
    this.#write();
    while (!signal.aborted) {
      const program = programOf(this.#spec.image);
      if (!program) {
        await this.#cannotPull();
        continue;
      }
      const exit = await this.#live(program);
      if (signal.aborted) break;
      const lived = exit.finishedAt - exit.startedAt;
      if (lived > BACK_OFF.forgetAfterMs) backOffMs = 0;
      if (backOffMs > 0) await this.#backOff(backOffMs);
      backOffMs = Math.min(backOffMs === 0 ? BACK_OFF.firstMs : backOffMs * 2, BACK_OFF.maxMs);
      this.#restarts += 1;
    }
  }

  async #live(program: string): Promise<Exit> {
    const { name, image } = this.#spec;
    const fieldPath = `spec.containers{${name}}`;
    const message = `Container image "${image}" already present on machine`;
    if (this.#restarts === 0) this.#event({ reason: 'Pulled', message, fieldPath });
    this.#lives += 1;
    const container = startContainer(program, this.#env);
    this.#running = container;
    this.previousLog = this.log;
    this.log = container.log;
    this.#state = { running: { startedAt: kubeTime(container.startedAt) } };
    this.#event({ reason: 'Created', message: `Created container: ${name}`, fieldPath });
    this.#event({ reason: 'Started', message: `Started container ${name}`, fieldPath });
    this.#write();
    const over = new AbortController();
    const probing = this.#probe(container, over.signal);
    const exit = await container.exited;
    over.abort();
    await probing;
    this.#running = undefined;
    this.#ready = false;
    const terminated = {
      exitCode: exit.exitCode,
      ...(exit.signal !== undefined && { signal: exit.signal }),
      reason: exit.exitCode === 0 ? 'Completed' : 'Error',
      startedAt: kubeTime(exit.startedAt),
      finishedAt: kubeTime(exit.finishedAt),
      containerID: containerId(this.#pod, this.#lives),
    };
    this.#state = { terminated };
    this.#lastState = { terminated };
    this.#write();
    return exit;
  }

  async #probe(container: RunningContainer, over: AbortSignal): Promise<void> {
    const path = this.#spec.readinessProbe?.httpGet.path ?? '/';
    let failures = 0;
    while (!over.aborted) {
      const problem = container.port === undefined ? 'connect: connection refused' : await probe(container.port, path);
      if (over.aborted || this.#stop.signal.aborted) return;
      failures = problem ? failures + 1 : 0;
      if (problem && container.port !== undefined) {
        const message = `Readiness probe failed: ${problem}`;
        this.#event({
          type: 'Warning',
          reason: 'Unhealthy',
          message,
          fieldPath: `spec.containers{${this.#spec.name}}`,
        });
      }
      if (!problem || failures >= FAILED_PROBES) this.#setReady(!problem);
      await sleep(this.#ready ? PROBE_MS.running : PROBE_MS.starting, undefined, { signal: over }).catch(
        () => undefined,
      );
    }
  }

  async #backOff(ms: number): Promise<void> {
    const { name, namespace, uid } = this.#pod.metadata;
    const container = this.#spec.name;
    const where = `container=${container} pod=${name}_${namespace}(${uid})`;
    this.#state = {
      waiting: { reason: 'CrashLoopBackOff', message: `back-off ${ms / 1000}s restarting failed ${where}` },
    };
    this.#write();
    const message = `Back-off restarting failed container ${container} in pod ${name}_${namespace}(${uid})`;
    this.#event({ type: 'Warning', reason: 'BackOff', message, fieldPath: `spec.containers{${container}}` });
    await this.#pause(ms);
  }

  async #cannotPull(): Promise<void> {
    const { image, name } = this.#spec;
    const message = `Failed to pull image "${image}": rpc error: code = NotFound desc = ${image}: not found`;
    const fieldPath = `spec.containers{${name}}`;
    this.#event({ type: 'Warning', reason: 'Failed', message, fieldPath });
    this.#event({ type: 'Warning', reason: 'BackOff', message: `Back-off pulling image "${image}"`, fieldPath });
    this.#state = { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } };
    this.#write();
    await this.#pause(BACK_OFF.firstMs);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  #setReady(ready: boolean): void {
    if (this.#ready === ready) return;
    this.#ready = ready;
    this.#write();
  }

  #event(text: Omit<EventText, 'component'>): void {
    recordEvent(this.#store, this.#pod, { ...text, component: 'kubelet' });
  }

  #write(): void {
    const { name, namespace } = this.#pod.metadata;
    this.#store.modify('Pod', namespace, name, (pod) => {
      pod.status = podStatus(pod, {
        spec: this.#spec,
        lives: this.#lives,
        ready: this.#ready,
        restarts: this.#restarts,
        state: this.#state,
        lastState: this.#lastState,
      });
    });
  }
}
