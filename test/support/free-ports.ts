import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort as anyFreePort } from '../../src/platform/data/free-port.ts';
import { processMark } from '../../src/platform/process/process-mark.ts';

/** A file per port, by name, with the id of the process that claimed it. */
const CLAIMS = join(tmpdir(), 'belay-test-ports');

/** Loopback ports that nothing listens on; until this process ends, no other test on this machine is given them. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = await anyFreePort();
    if (claim(port)) ports.push(port);
  }
  return ports;
}

/** One such port. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('no free port');
  return port;
}

/** Whether the port is now this process's; what a process claimed that has ended is free, from the next look on. */
function claim(port: number): boolean {
  const file = join(CLAIMS, String(port));
  mkdirSync(CLAIMS, { recursive: true });
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const holder = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (holder !== '' && processMark(Number(holder)) === undefined) rmSync(file, { force: true });
    return false;
  }
}

/** The port that a server listens on. Throws when it does not, or not on TCP. */
export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}
