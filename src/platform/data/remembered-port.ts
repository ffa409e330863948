import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindable, freePort } from './free-port.ts';

/**
 * A free loopback port, the same as last time when that is still free, so that a bookmark of Temporal's UI keeps working.
 * `name` is the file under `folder` that remembers it.
 */
export async function rememberedPort(folder: string, name: string): Promise<number> {
  const file = join(folder, `${name}.port`);
  const before = remembered(file);
  if (before !== undefined && (await bindable(before))) return before;
  const port = await freePort();
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
