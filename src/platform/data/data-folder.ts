import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError, codeOf, reasonOf } from '../problem.ts';
import { secretFile } from './secret-file.ts';
import { holderOf, LOCK_FILE, lockFolder } from './folder-lock.ts';

/** Everything an embedded Belay keeps, under one folder that only its owner can read. */
export interface DataFolder {
  readonly path: string;
  /** What the CLI and the API agree on: 32 random bytes in base64url, in `<data>/token`. */
  readonly token: string;
  readonly keys: string;
  readonly temporal: string;
  readonly postgres: string;
  readonly logs: string;
  /** Small files about what runs: pids and ports. */
  readonly run: string;
  /** Gives the folder back. */
  close(): void;
}

/**
 * Opens or creates the data folder and takes it for this process alone. A lock left by a killed process is no obstacle.
 * @throws CliError when another Belay has it (names its pid), or when the folder cannot be used.
 */
export function openDataFolder(folder: string): DataFolder {
  const path = resolve(folder);
  try {
    prepare(path);
    const release = lockFolder(path);
    if (release === undefined)
      throw new CliError(
        `Another Belay (pid ${holderOf(path)}) is using ${path}; stop it, or give another folder with --data.`,
        2,
      );
    const sub = (name: string): string => {
      mkdirSync(join(path, name), { recursive: true, mode: 0o700 });
      return join(path, name);
    };
    return {
      path,
      token: secretFile(join(path, 'token')),
      keys: sub('keys'),
      temporal: sub('temporal'),
      postgres: sub('postgres'),
      logs: sub('logs'),
      run: sub('run'),
      close: release,
    };
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(
      `The data folder ${path} cannot be used: ${codeOf(error) ?? reasonOf(error)}. Give another with --data.`,
      2,
      { cause: error },
    );
  }
}

/** A folder with other things in it is not taken over: its mode would change under its owner's feet. */
function prepare(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return;
  }
  if (!found.isDirectory()) throw new CliError(`The data folder ${path} is a file; give a folder with --data.`, 2);
  if (!existsSync(join(path, LOCK_FILE)) && readdirSync(path).length > 0)
    throw new CliError(
      `${path} has other things in it and is not a Belay data folder; give an empty or new one with --data.`,
      2,
    );
  if ((found.mode & 0o077) !== 0) chmodSync(path, 0o700);
}
