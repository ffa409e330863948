import { once } from 'node:events';
import type { Server } from 'node:http';

/** Listens on the loopback interface and returns the port. @throws the system's error, such as EADDRINUSE */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return address.port;
}

/** Ends a server together with the connections that are still open. */
export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
