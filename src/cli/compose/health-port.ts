import { once } from 'node:events';
import { createServer } from 'node:http';

/** `GET /healthz` of a process that has no other door: 200 while it works, 503 while it does not yet or no more. */
export async function openHealthPort(
  host: string,
  port: number,
  healthy: () => boolean,
): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((request, response) => {
    const ok = healthy();
    const known = request.method === 'GET' && request.url === '/healthz';
    response.writeHead(known ? (ok ? 200 : 503) : 404, { 'content-type': 'application/json' });
    response.end(known ? JSON.stringify({ status: ok ? 'ok' : 'not-ready' }) : '{}');
  });
  await once(server.listen(port, host), 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
