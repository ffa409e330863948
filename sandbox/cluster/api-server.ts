import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { close, listen } from '../http/listen.ts';
import { authenticate, authorize, reviewAccess } from './authorize.ts';
import type { User } from './authorize.ts';
import { discovery } from './discovery.ts';
import { handleRead, podOf, selection, shapeFor } from './handle-read.ts';
import { handleWrite } from './handle-write.ts';
import type { Kubelet } from './kubelet.ts';
import { podLog } from './pod-log.ts';
import { requestInfo } from './request-info.ts';
import { badRequest, conflict, noSuchPath, StatusError } from './status-error.ts';
import { StaleObject } from './store.ts';
import type { Store } from './store.ts';
import { watch } from './watch.ts';

export interface ApiServerOptions {
  store: Store;
  kubelet: Kubelet;
  users: User[];
  tls: { key: string; cert: string };
  port: number;
}

export interface ApiServer {
  url: string;
  stop(): Promise<void>;
}

const LARGEST_BODY = 3 * 1024 * 1024;
const LONGEST_WATCH_MS = 30 * 60_000;

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) {
      throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${LARGEST_BODY}`);
    }
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw badRequest(`the body is not JSON: ${String(error)}`);
  }
}

function send(response: ServerResponse, code: number, body: unknown): void {
  const text = typeof body === 'string';
  response.writeHead(code, { 'content-type': text ? 'text/plain' : 'application/json' });
  response.end(text ? body : `${JSON.stringify(body)}\n`);
}

async function answer(options: ApiServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { store, kubelet, users } = options;
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://cluster');
  if (['/healthz', '/livez', '/readyz'].includes(pathname)) return send(response, 200, 'ok');
  const user = authenticate(users, request.headers.authorization);
  const described = discovery(pathname);
  if (described) return send(response, 200, described);
  if (!/^\/apis?\//.test(pathname)) throw noSuchPath();
  const info = requestInfo(request.method ?? 'GET', pathname, query);
  authorize(user, info);
  const accept = request.headers.accept ?? '';
  if (info.verb === 'watch') {
    const since = query.get('resourceVersion');
    return watch(store, response, {
      kind: info.resource.kind,
      selects: selection(info, query),
      shape: shapeFor(info),
      since: since && since !== '0' ? Number(since) : undefined,
      timeoutMs: Math.min(Number(query.get('timeoutSeconds') ?? 0) * 1000 || LONGEST_WATCH_MS, LONGEST_WATCH_MS),
    });
  }
  if (info.subresource === 'log') return send(response, 200, podLog(kubelet, podOf(store, info), query));
  if (info.verb === 'get' || info.verb === 'list') return send(response, 200, handleRead(store, info, query, accept));
  const body = await readBody(request);
  if (info.verb === 'create') return send(response, 201, reviewAccess(user, body));
  const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
  try {
    send(response, 200, handleWrite(store, { info, query, mediaType, body }));
  } catch (error) {
    if (!(error instanceof StaleObject)) throw error;
    throw conflict(info.resource.plural, info.resource.group, info.name ?? '');
  }
}

function fail(response: ServerResponse, error: unknown): void {
  const status =
    error instanceof StatusError
      ? error
      : new StatusError(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
        );
  if (response.headersSent) response.destroy();
  else send(response, status.code, status.toStatus());
}

/** Serves the cluster's API over TLS on the loopback interface. Every failure is answered with a `v1.Status`. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const server = createServer(options.tls, (request, response) => {
    answer(options, request, response).catch((error: unknown) => fail(response, error));
  });
  const port = await listen(server, options.port);
  return { url: `https://127.0.0.1:${port}`, stop: () => close(server) };
}
