import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findPostgres, type PostgresOrigin } from './find-postgres.ts';
import { freePort } from './free-ports.ts';
import { startProgram } from './start-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);

/** A PostgreSQL server that is up, on loopback. */
export interface RunningPostgres {
  /** Of the superuser `postgres`, database `postgres`. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts an empty PostgreSQL with fsync off: Debian's where it is installed, else npm's, or the one asked for.
 * PostgreSQL does not run as root, so root runs it as `postgres` or, without such a user, as `nobody`.
 */
export async function startPostgres(options: { origin?: PostgresOrigin } = {}): Promise<RunningPostgres> {
  const found = findPostgres(options.origin);
  if (found === undefined) throw new Error(`no PostgreSQL here (${options.origin ?? 'Debian, PATH or npm'})`);
  const folder = temporaryFolder('postgres');
  const user = process.getuid?.() === 0 ? await unprivilegedUser() : undefined;
  const bin = user === undefined ? found : await reachable(found, folder, user);
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  await run(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '-N', '-E', 'UTF8', '--locale', 'C'], {
    ...user,
    cwd: folder,
  });
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '300',
  };
  const { stop } = await startProgram({
    name: 'PostgreSQL',
    command: join(bin, 'postgres'),
    args: ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])],
    cwd: folder,
    folder,
    ...(user === undefined ? {} : { user }),
    // The fast shutdown: TERM would wait for clients to leave.
    stopSignal: 'INT',
    ready: () => query(url, 'select 1').then(() => true),
  });
  return { url, stop };
}

/**
 * Makes a fresh, empty database and gives its url.
 * `server` is any url of the server; unless given, that of the server that all `real` tests share.
 */
export async function createDatabase(server = sharedPostgres()): Promise<string> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  await query(server, `create database ${name} template template0`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** The url of the server that lives as long as the whole `real` test run. Throws where there is none. */
export function sharedPostgres(): string {
  const url = process.env['BELAY_TEST_DATABASE_URL'];
  if (!url) throw new Error('no shared PostgreSQL: only tests named *.real.test.ts have one');
  return url;
}

async function query(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  for (const name of ['postgres', 'nobody']) {
    try {
      const ids = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name])));
      const [uid, gid] = ids.map((id) => Number(id.stdout));
      if (uid !== undefined && gid !== undefined) return { uid, gid };
    } catch {
      // Not every machine has either.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody" here');
}

/** The same programs, copied when a folder above them is closed to the user (a checkout in somebody's own folder). */
async function reachable(bin: string, folder: string, user: { uid: number; gid: number }): Promise<string> {
  try {
    await run(join(bin, 'initdb'), ['--version'], { ...user, cwd: '/' });
    return bin;
  } catch {
    const copy = join(folder, 'postgresql');
    cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
    // Its own, so that it can remove them with the rest of the folder.
    await run('chown', ['-R', `${user.uid}:${user.gid}`, copy]);
    return join(copy, 'bin');
  }
}
