import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { processMark } from './process-mark.ts';

/**
 * The processes whose working folder this is, as far as the system tells: on Linux all of them that this user may look
 * at; elsewhere undefined, which means unknown.
 */
export function processesIn(folder: string): number[] | undefined {
  if (process.platform !== 'linux') return undefined;
  const path = realpathSync(folder);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => worksIn(pid, path) && processMark(pid) !== undefined);
}

function worksIn(pid: number, path: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === path;
  } catch {
    // Gone, a zombie, or another user's: none of ours.
    return false;
  }
}
