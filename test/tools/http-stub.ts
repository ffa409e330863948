import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A server on loopback that answers as a test wants. */
export interface HttpStub {
  readonly url: string;
  /** Method and path of each request, in order. */
  readonly requests: string[];
  readonly stop: () => Promise<void>;
}

/** What to answer: status, body (an object becomes JSON) and headers; or `hang` to say nothing at all. */
export type StubAnswer =
  | 'hang'
  | { readonly status?: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

export async function startHttpStub(answer: (request: IncomingMessage, body: string) => StubAnswer): Promise<HttpStub> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    void reply(request, response, answer);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: IncomingMessage, body: string) => StubAnswer,
): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const what = answer(request, text);
  if (what === 'hang') return;
  const { status = 200, body = '', headers = {} } = what;
  response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
}
