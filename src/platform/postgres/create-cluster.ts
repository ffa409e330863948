import { execFile } from 'node:child_process';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isNativeError } from 'node:util/types';
import { CliError, reasonOf } from '../problem.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { ServerUser } from './server-user.ts';

/** The role that Belay connects as in embedded use, and its database. */
export const ROLE = 'belay';

export interface ClusterOptions {
  readonly binaries: PostgresBinaries;
  /** The folder of the database cluster; it must not be there yet. */
  readonly folder: string;
  readonly user: ServerUser | undefined;
  readonly password: string;
}

/**
 * Makes a database cluster with one role that needs its password. Made beside and moved in place, so that a crash
 * half-way leaves none. Text sorts by code point, the same on every machine. @throws CliError with initdb's last line.
 */
export async function createCluster({ binaries, folder, user, password }: ClusterOptions): Promise<void> {
  const making = `${folder}.new`;
  const passwordFile = join(making, 'password');
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) {
    await chown(making, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  const args = [
    `--pgdata=${join(making, 'cluster')}`,
    `--username=${ROLE}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ];
  const [command, wrapped] = user?.wrap(binaries.initdb, args) ?? [binaries.initdb, args];
  try {
    await promisify(execFile)(command, wrapped, {
      cwd: dirname(binaries.initdb),
      env: { ...process.env, LC_ALL: 'C' },
    });
    await rename(join(making, 'cluster'), folder);
  } catch (error) {
    const said = isNativeError(error) && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : undefined;
    throw new CliError(`PostgreSQL could not make its data folder ${folder}: ${said || reasonOf(error)}`, 1, {
      cause: error,
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}
