import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/**
 * A free loopback port, the same as last time when that is still free, so that a bookmark of Temporal's UI keeps working.
 * `name` is the file under `folder` that remembers it.
 */
export async function rememberedPort(folder: string, name: string): Promise<number> {
  const file = join(folder, `${name}.port`);
  const before = remembered(file);
  if (before !== undefined && (await bindable(before)) !== undefined) return before;
  const port = await bindable(0);
  if (port === undefined) throw new Error(`no free port on loopback for ${name}`);
  writeFileSync(file, String(port), { mode: 0o600 });
  return port;
}

function remembered(file: string): number | undefined {
  try {
    const port = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
  } catch {
    return undefined;
  }
}

/** The port, when it can be listened on; 0 asks for any. */
function bindable(port: number): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const server = createServer();
  server.once('error', () => resolve(undefined));
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
    const address = server.address();
    const got = typeof address === 'object' && address !== null ? address.port : undefined;
    server.close(() => resolve(got));
  });
  return promise;
}
