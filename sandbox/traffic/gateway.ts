import { Agent, createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { close, listen } from '../http/listen.ts';
import type { Backend } from '../cluster/kubelet.ts';

export interface Gateway {
  url: string;
  /** What the gateway itself had to answer because no pod could: by service and code. Pods count the rest. */
  refused: Map<string, Map<number, number>>;
  stop(): Promise<void>;
}

/** `payments.shop.svc.cluster.local` → `payments`. */
const serviceOf = (host: string | undefined): string => (host ?? '').split(/[.:]/, 1)[0] ?? '';

/**
 * The way into the cluster and between its services: one listener that tells services apart by the Host header and sends each request
 * to the next ready pod. No ready pod is 503, a pod that breaks off is 502.
 */
export async function startGateway(backends: (service: string) => Backend[]): Promise<Gateway> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const refused: Gateway['refused'] = new Map();
  let turn = 0;

  const refuse = (service: string, code: number, response: ServerResponse): void => {
    const counts = refused.get(service) ?? new Map<number, number>();
    refused.set(service, counts.set(code, (counts.get(code) ?? 0) + 1));
    if (response.headersSent) return void response.destroy();
    response.writeHead(code, { 'content-type': 'text/plain' }).end(code === 503 ? 'no ready pod' : 'bad gateway');
  };

  const forward = (incoming: IncomingMessage, response: ServerResponse): void => {
    const service = serviceOf(incoming.headers.host);
    const ready = backends(service);
    turn += 1;
    const chosen = ready[turn % Math.max(ready.length, 1)];
    if (!chosen) {
      incoming.resume();
      return refuse(service, 503, response);
    }
    const { method, url: path, headers } = incoming;
    const options = { host: '127.0.0.1', port: chosen.port, method, path, headers, agent, timeout: 3000 };
    const outgoing = httpRequest(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => refuse(service, 502, response));
    incoming.pipe(outgoing);
  };

  const server = createServer(forward);
  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    refused,
    async stop() {
      agent.destroy();
      await close(server);
    },
  };
}
