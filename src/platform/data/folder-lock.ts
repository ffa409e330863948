import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { reasonOf } from '../problem.ts';

/** The file that is locked; a folder that has it is Belay's. */
export const LOCK_FILE = 'lock';

/** Locks that are held: a handle that only the garbage collector knows is closed by it, and the lock with it. */
const held = new Set<DatabaseSync>();

/**
 * Takes a folder for this process alone; undefined when another has it. The lock is the operating system's, through
 * SQLite's exclusive transaction on an empty file: it ends with the process, also by `kill -9`, so there is no stale lock
 * to judge and no race in taking one over. The function returned gives it back.
 */
export function lockFolder(folder: string): (() => void) | undefined {
  const lock = new DatabaseSync(join(folder, LOCK_FILE));
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (/locked|busy/i.test(reasonOf(error))) return undefined;
    throw error;
  }
  held.add(lock);
  writeFileSync(join(folder, 'holder'), String(process.pid), { mode: 0o600 });
  return () => {
    held.delete(lock);
    if (lock.isOpen) lock.close();
  };
}

/** The pid of whoever has the folder, as far as it was written down. */
export function holderOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'holder'), 'utf8').trim() || 'unknown';
  } catch {
    return 'unknown';
  }
}
