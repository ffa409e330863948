import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DataFolder } from '../data/data-folder.ts';
import { rememberedPort } from '../data/remembered-port.ts';
import { secretFile } from '../data/secret-file.ts';
import { CliError, codeOf, reasonOf } from '../problem.ts';
import { stopRecorded } from '../process/process-record.ts';
import { startChild } from '../process/start-child.ts';
import { postgresBinaries } from './binaries.ts';
import { clearCluster } from './clear-cluster.ts';
import { createCluster, ROLE } from './create-cluster.ts';
import { serverUser } from './server-user.ts';

export interface EmbeddedPostgresOptions {
  readonly data: DataFolder;
  readonly progress: (text: string) => void;
  /** Called when the server ends though nobody stopped it, with how it ended. */
  readonly onUnexpectedEnd: (how: string) => void;
}

export interface EmbeddedPostgres {
  /** With password; not for logs or screens. */
  readonly url: string;
  /** `127.0.0.1:<port>`, for people. */
  readonly address: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const START_MS = 60_000;

/**
 * Starts PostgreSQL on the data folder: loopback only, with a password, everything flushed to disk. A server left behind
 * by a killed Belay is stopped first; after a crash it recovers by itself before this returns.
 * @throws CliError when it cannot be made or started.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { data, progress } = options;
  const folder = join(data.postgres, 'cluster');
  const recordFile = join(data.run, 'postgres.json');
  await stopRecorded(recordFile, 'SIGINT');
  await clearCluster(folder);
  const binaries = await postgresBinaries();
  const user = serverUser(folder);
  const password = secretFile(join(data.postgres, 'password'));
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    progress('Making the database');
    await createCluster({ binaries, folder, user, password });
  }
  const port = await rememberedPort(data.run, 'postgres');
  progress('Starting PostgreSQL');
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 60,
    // The log is the child's own output, in UTC like everything else that Belay writes.
    logging_collector: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
  const args = ['-D', folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const [command, wrapped] = user?.wrap(binaries.postgres, args) ?? [binaries.postgres, args];
  const child = await startChild({
    name: 'PostgreSQL',
    command,
    args: wrapped,
    env: { ...process.env, LC_ALL: 'C' },
    recordFile,
    logFile: join(data.logs, 'postgres.log'),
    // SIGINT is PostgreSQL's fast shutdown: it ends open connections and writes a checkpoint.
    stopSignal: 'SIGINT',
    graceMs: 20_000,
  });
  const address = `127.0.0.1:${port}`;
  const url = `postgres://${ROLE}:${password}@${address}/${ROLE}`;
  try {
    const over = new AbortController();
    const gone = child.ended.then((how) => {
      over.abort();
      throw new CliError(`PostgreSQL did not start (${how}); its log is logs/postgres.log in the data folder.`);
    });
    await Promise.race([gone, ensureDatabase(url, over.signal)]);
  } catch (error) {
    await child.stop();
    throw error;
  }
  child.onUnexpectedEnd(options.onUnexpectedEnd);
  return { url, address, pid: child.pid, stop: () => child.stop() };
}

/** Waits until the server takes connections, and makes Belay's database when it is not there. */
async function ensureDatabase(url: string, over: AbortSignal): Promise<void> {
  const maintenance = Object.assign(new URL(url), { pathname: '/postgres' }).toString();
  const deadline = Date.now() + START_MS;
  for (;;) {
    const client = new Client({ connectionString: maintenance, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [ROLE]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(ROLE)}`);
      return;
    } catch (error) {
      // Not listening yet, or listening and still recovering (57P03). Anything else will not pass by waiting.
      const waits = ['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(codeOf(error) ?? '');
      if (!waits || over.aborted || Date.now() > deadline)
        throw new CliError(`PostgreSQL does not answer: ${reasonOf(error)}`, 1, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
