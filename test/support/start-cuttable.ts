import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut: what is under way breaks, and nobody gets through until it is mended. */
export interface Cuttable {
  /** The server's url by this way. */
  readonly url: string;
  cut(): void;
  mend(): void;
  stop(): Promise<void>;
}

/** Puts a wire before the server at `url`. */
export async function startCuttable(url: string): Promise<Cuttable> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let whole = true;
  const wire = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.pipe(other);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
  });
  wire.listen(0, '127.0.0.1');
  await once(wire, 'listening');
  const address = wire.address();
  const own = new URL(url);
  own.host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const cut = (): void => {
    whole = false;
    for (const socket of open) socket.destroy();
  };
  return {
    url: own.href,
    cut,
    mend: () => {
      whole = true;
    },
    stop: async () => {
      cut();
      wire.close();
      await once(wire, 'close');
    },
  };
}
