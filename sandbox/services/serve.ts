import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a request handler answers. */
export interface Answer {
  code: number;
  body: unknown;
}

export type Handler = (request: IncomingMessage) => Promise<Answer>;

const counters = new Map<number, number>();

const exposition = (): string =>
  [
    '# HELP http_requests_total Requests answered, by status code.',
    '# TYPE http_requests_total counter',
    ...[...counters].map(([code, count]) => `http_requests_total{code="${code}"} ${count}`),
    '',
  ].join('\n');

/** One line of log, the way these services write it. */
export function log(level: 'INFO' | 'WARN' | 'ERROR' | 'FATAL', text: string): void {
  process.stdout.write(`${new Date().toISOString()} ${level.padEnd(5)} ${text}\n`);
}

async function answerTo(handle: Handler, request: IncomingMessage): Promise<Answer> {
  try {
    return await handle(request);
  } catch (error) {
    log('ERROR', `${request.method} ${request.url} failed: ${error instanceof Error ? error.stack : String(error)}`);
    return { code: 500, body: { error: 'internal server error' } };
  }
}

/**
 * Serves a handler with `/ready` and `/metrics` beside it, tells the kubelet the port, and counts each answer.
 * Ends on SIGTERM once its open requests are answered, and at once when the process that started it is gone.
 */
export function serve(name: string, version: string, handle: Handler): void {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/ready') return void response.end('ok');
    if (request.url === '/metrics')
      return void response.setHeader('content-type', 'text/plain; version=0.0.4').end(exposition());
    const began = performance.now();
    const finish = ({ code, body }: Answer): void => {
      counters.set(code, (counters.get(code) ?? 0) + 1);
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      const took = Math.round(performance.now() - began);
      log(code < 500 ? 'INFO' : 'ERROR', `${request.method} ${request.url} ${code} ${took}ms`);
    };
    void answerTo(handle, request).then(finish);
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    log('INFO', `${name} ${version} listening on :8080`);
    process.send?.({ port });
  });
  process.once('SIGTERM', () => {
    log('INFO', 'SIGTERM: finishing open requests');
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), 1000).unref();
  });
  // A terminal's Ctrl-C reaches the whole process group; the kubelet decides when a container ends.
  process.on('SIGINT', () => undefined);
  process.once('disconnect', () => process.exit(1));
}
