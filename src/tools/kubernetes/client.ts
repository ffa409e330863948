import { Failure } from '../../domain/failure.ts';
import { type Ask, thingOf } from './ask.ts';
import type { Send } from './transport.ts';
import type { Deployment, KubernetesEvent, Namespace, Page, Pod, ReplicaSet } from './wire.ts';

const PAGE = '500';
const MAX_PAGES = 4;

/** A list that may have been cut: `complete` is false when there was more than Belay reads. */
export interface Listed<T> {
  readonly items: T[];
  readonly complete: boolean;
}

/** Just what the tools need of one cluster. Every method throws only Failures, or the signal's reason. */
export interface KubernetesClient {
  /** The uid of `kube-system`: what names a cluster for good, whatever its address. */
  clusterUid(signal: AbortSignal): Promise<string>;
  deployment(namespace: string, name: string, signal: AbortSignal): Promise<Deployment>;
  deployments(namespace: string, signal: AbortSignal): Promise<Listed<Deployment>>;
  replicaSets(namespace: string, selector: string, signal: AbortSignal): Promise<Listed<ReplicaSet>>;
  pods(namespace: string, selector: string, signal: AbortSignal): Promise<Listed<Pod>>;
  events(namespace: string, signal: AbortSignal): Promise<Listed<KubernetesEvent>>;
  log(
    pod: { namespace: string; name: string; container: string },
    options: { previous: boolean; tailLines: number; limitBytes: number },
    signal: AbortSignal,
  ): Promise<string>;
  /** Writes the whole object if it still is the version that was read; else fails with `retry.not-yet`. */
  putDeployment(deployment: Deployment, options: { dryRun: boolean }, signal: AbortSignal): Promise<Deployment>;
  /** Any object by name; null when it, or its kind, is not there. */
  find(ask: Omit<Ask, 'verb' | 'body'> & { readonly name: string }, signal: AbortSignal): Promise<unknown>;
}

/** The client over a sender; `makeClient(transportOf(kubeconfig))` is the real one. */
export function makeClient(send: Send): KubernetesClient {
  async function json<T>(ask: Ask, signal: AbortSignal): Promise<T> {
    const body = await send(ask, signal);
    let answer: unknown;
    try {
      answer = JSON.parse(body);
    } catch {
      answer = null;
    }
    if (typeof answer !== 'object' || answer === null)
      throw new Failure(
        'stop.unsupported',
        `The answer to ${ask.verb} ${thingOf(ask)} is no JSON object; is this an API server?`,
      );
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one cast from wire to type: an API server answers the type that was asked for
    return answer as T;
  }

  async function list<T>(ask: Omit<Ask, 'verb'>, signal: AbortSignal): Promise<Listed<T>> {
    const items: T[] = [];
    let next: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = { ...ask.query, limit: PAGE, continue: next };
      const answer = await json<Page<T>>({ ...ask, verb: 'list', query }, signal);
      items.push(...answer.items);
      next = answer.metadata?.continue || undefined;
      if (next === undefined) return { items, complete: true };
    }
    return { items, complete: false };
  }

  let uid: string | undefined;
  const apps = 'apps/v1';
  return {
    async clusterUid(signal) {
      uid ??= (await json<Namespace>({ verb: 'get', api: 'v1', resource: 'namespaces', name: 'kube-system' }, signal))
        .metadata?.uid;
      if (uid === undefined)
        throw new Failure('stop.unsupported', 'The kube-system namespace of this cluster has no uid');
      return uid;
    },
    deployment: (namespace, name, signal) =>
      json({ verb: 'get', api: apps, resource: 'deployments', namespace, name }, signal),
    deployments: (namespace, signal) => list({ api: apps, resource: 'deployments', namespace }, signal),
    replicaSets: (namespace, labelSelector, signal) =>
      list({ api: apps, resource: 'replicasets', namespace, query: { labelSelector } }, signal),
    pods: (namespace, labelSelector, signal) =>
      list({ api: 'v1', resource: 'pods', namespace, query: { labelSelector } }, signal),
    events: (namespace, signal) => list({ api: 'v1', resource: 'events', namespace }, signal),
    log: ({ namespace, name, container }, { previous, tailLines, limitBytes }, signal) => {
      const query = {
        container,
        previous: previous ? 'true' : undefined,
        tailLines: String(tailLines),
        limitBytes: String(limitBytes),
        timestamps: 'true',
      };
      return send({ verb: 'get', api: 'v1', resource: 'pods', namespace, name, subresource: 'log', query }, signal);
    },
    putDeployment: (body, { dryRun }, signal) => {
      const { namespace, name } = body.metadata ?? {};
      if (namespace === undefined || name === undefined) throw new TypeError('a deployment without namespace or name');
      const query = { dryRun: dryRun ? 'All' : undefined, fieldManager: 'belay' };
      return json({ verb: 'update', api: apps, resource: 'deployments', namespace, name, query, body }, signal);
    },
    find: (ask, signal) =>
      json<unknown>({ ...ask, verb: 'get' }, signal).catch((error: unknown) => {
        if (error instanceof Failure && error.type === 'stop.not-found') return null;
        throw error;
      }),
  };
}
