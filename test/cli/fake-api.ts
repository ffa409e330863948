import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
}

/** An answer: a JSON body with 200, or all of it. */
export type Answer = { status?: number; type?: string; body: unknown } | undefined;

export interface FakeApi {
  readonly url: string;
  readonly port: number;
  /** A data folder whose token the API accepts. */
  readonly data: string;
  readonly requests: Request[];
  stop(): Promise<void>;
}

/** A Belay's HTTP face for CLI tests: `answer` says what each request gets; undefined is 404. */
export async function startFakeApi(answer: (request: Request) => Answer): Promise<FakeApi> {
  const data = mkdtempSync(join(tmpdir(), 'belay-fake-'));
  writeFileSync(join(data, 'token'), 'the-token\n', { mode: 0o600 });
  const requests: Request[] = [];
  const server = createServer((incoming, response) => {
    void (async () => {
      const text = (await incoming.toArray()).join('');
      const { method = '', url: path = '', headers } = incoming;
      const request = { method, path, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
      requests.push(request);
      const allowed = headers.authorization === 'Bearer the-token';
      const {
        status = 200,
        type = 'application/json',
        body,
      } = !allowed
        ? { status: 401, body: { title: 'no token' } }
        : (answer(request) ?? {
            status: 404,
            type: 'application/problem+json',
            body: { title: 'Not found', detail: `Nothing is at ${path}.` },
          });
      response.writeHead(status, { 'content-type': type }).end(typeof body === 'string' ? body : JSON.stringify(body));
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    data,
    requests,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      rmSync(data, { recursive: true });
    },
  };
}
