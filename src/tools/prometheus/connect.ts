import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { oneLine } from '../one-line.ts';
import { readCapped } from '../read-capped.ts';
import { prometheusFailure } from './prometheus-failure.ts';

const REQUEST_MS = 15_000;
const MAX_BYTES = 4 * 1024 * 1024;

const HttpUrl = z.url({ protocol: /^https?$/ });

/** One connection: a Prometheus, its Alertmanager where alerts are to be read from there, and a bearer token where one is needed. */
export const PrometheusSettings = z.strictObject({
  url: HttpUrl,
  alertmanager: HttpUrl.optional(),
  bearerToken: z.string().min(1).optional(),
});
export type PrometheusSettings = z.infer<typeof PrometheusSettings>;

/** A client of Prometheus's HTTP API. Throws only Failures, or the signal's reason; never retries. */
export interface PrometheusClient {
  /** GET below the Prometheus address; the parsed body of any JSON answer with status 200. */
  prometheus(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown>;
  /** The same below the Alertmanager's; null when the connection names none. */
  readonly alertmanager: PrometheusClient['prometheus'] | null;
}

/** Makes the client; asks nothing yet. */
export function connectPrometheus(settings: PrometheusSettings, timeoutMs: number = REQUEST_MS): PrometheusClient {
  const { url, alertmanager, bearerToken } = settings;
  return {
    prometheus: getter(url, bearerToken, timeoutMs),
    alertmanager: alertmanager === undefined ? null : getter(alertmanager, bearerToken, timeoutMs),
  };
}

function getter(base: string, bearerToken: string | undefined, timeoutMs: number): PrometheusClient['prometheus'] {
  const root = new URL(base);
  // fetch refuses credentials in an address; they become a header and stay out of every message.
  const basic =
    root.username === ''
      ? undefined
      : `Basic ${btoa(`${decodeURIComponent(root.username)}:${decodeURIComponent(root.password)}`)}`;
  root.username = '';
  root.password = '';
  const authorization = bearerToken === undefined ? basic : `Bearer ${bearerToken}`;

  return async (path, query, signal) => {
    const address = new URL(root.pathname.replace(/\/+$/, '') + path, root);
    const body = new URLSearchParams(query).toString();
    address.search = body;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (authorization !== undefined) headers['authorization'] = authorization;
    let response: Response;
    let text: string;
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      response = await fetch(address, { headers, signal: within, redirect: 'error' });
      text = await readCapped(response.body, MAX_BYTES, `${root.origin}${path}`);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof Failure) throw error;
      const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
      const why = timedOut ? `no answer within ${timeoutMs / 1000} s` : causeOf(error);
      throw new Failure('retry.unreachable', `Cannot reach Prometheus at ${root.origin}: ${why}`, { cause: error });
    }
    if (response.status !== 200)
      throw prometheusFailure(
        { status: response.status, body: text, retryAfter: response.headers.get('retry-after') ?? undefined },
        root.origin,
      );
    try {
      return JSON.parse(text);
    } catch {
      throw new Failure('stop.unsupported', `${root.origin}${path} does not answer JSON; is it a Prometheus?`);
    }
  };
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error), 300);
  return error.cause instanceof Error ? causeOf(error.cause) : oneLine(error.message || error.name, 300);
}
