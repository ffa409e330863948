import { HttpMethod, IsomorphicFetchHttpLibrary, type KubeConfig, RequestContext } from '@kubernetes/client-node';
import { Failure } from '../../domain/failure.ts';
import { oneLine } from '../one-line.ts';
import { readCapped } from '../read-capped.ts';
import { type Ask, pathOf } from './ask.ts';
import { kubernetesFailure, unreachable } from './kubernetes-failure.ts';

/** One request may take this long; a tool makes a handful, within its own timeout. */
const REQUEST_MS = 10_000;
/** A page of 500 large objects stays under this; more is not something to hold in memory. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Sends requests with the kubeconfig's credential (certificate, token, exec plugin, proxy). */
export type Send = (ask: Ask, signal: AbortSignal) => Promise<string>;

/** The sender of one connection. It gives the body of a 2xx answer; everything else is a Failure. No retries here. */
export function transportOf(config: KubeConfig, timeoutMs: number = REQUEST_MS): Send {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Failure('stop.invalid-input', 'The kubeconfig has no cluster for its context');
  const base = cluster.server.replace(/\/+$/, '');
  const address = URL.parse(base);
  if (address === null)
    throw new Failure('stop.invalid-input', `The kubeconfig's cluster ${cluster.name} has no valid address: ${base}`);
  if (address.username !== '' || address.password !== '')
    throw new Failure(
      'stop.invalid-input',
      `The kubeconfig's address of cluster ${cluster.name} holds credentials; they belong under users`,
    );
  const server = address.origin;
  const http = new IsomorphicFetchHttpLibrary();

  return async (ask, signal) => {
    const request = new RequestContext(base + pathOf(ask), ask.verb === 'update' ? HttpMethod.PUT : HttpMethod.GET);
    request.setHeaderParam('Accept', 'application/json, */*');
    request.setHeaderParam('User-Agent', 'belay');
    if (ask.body !== undefined) {
      request.setHeaderParam('Content-Type', 'application/json');
      request.setBody(JSON.stringify(ask.body));
    }
    await config.applySecurityAuthentication(request).catch((error: unknown) => {
      const why = oneLine(error instanceof Error ? error.message : String(error), 300);
      throw new Failure('stop.forbidden', `The kubeconfig gives no usable access to ${server}: ${why}`);
    });
    request.setSignal(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    let status: number;
    let headers: Record<string, string>;
    let body: string;
    try {
      const response = await http.send(request).toPromise();
      status = response.httpStatusCode;
      headers = response.headers;
      body = await readCapped(response.body.stream(), MAX_BYTES, `${server} ${ask.resource}`);
    } catch (error) {
      // Cancelled by the caller: that is no failure of the server.
      if (signal.aborted) throw signal.reason;
      throw error instanceof Failure ? error : unreachable(error, ask, server, timeoutMs);
    }
    if (status >= 200 && status < 300) return body;
    throw kubernetesFailure({ status, retryAfter: headers['retry-after'], body }, ask, server);
  };
}
