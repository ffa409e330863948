import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that operating systems give to outgoing connections (from 32768 on Linux, from 49152 elsewhere): one of
 * those can be gone between being found free and being listened on, or while what listens on it is down for a moment.
 */
const [LOWEST, HIGHEST] = [20_000, 31_999];
const TRIES = 200;

/** A loopback port that nothing listens on, by chance, so that two who ask at once get two. @throws Error for none */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (await bindable(port)) return port;
  }
  throw new Error(`no free port on loopback between ${LOWEST} and ${HIGHEST}`);
}

/** Whether this loopback port can be listened on. */
export function bindable(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(false));
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}
