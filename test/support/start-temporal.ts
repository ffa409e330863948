import { Connection } from '@temporalio/client';
import { join } from 'node:path';
import { flags } from './flags.ts';
import { freePorts } from './free-ports.ts';
import { requirePart } from './require-part.ts';
import { startProgram } from './start-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A Temporal server that is up, on loopback, with its namespace `default`. */
export interface RunningTemporal {
  /** `host:port` of its gRPC door. */
  readonly address: string;
  readonly stop: () => Promise<void>;
}

/** Stock, the one shard is polled 20 times a second, which makes 98 ms of each activity; so tuned, it is 7. */
const TUNING = {
  'system.enableActivityEagerExecution': 'true',
  'history.transferProcessorMaxPollRPS': '2000',
  'history.timerProcessorMaxPollRPS': '2000',
  // A search attribute that a client just added is otherwise unknown for up to a minute.
  'system.forceSearchAttributesCacheRefreshOnRead': 'true',
};

type Options = {
  searchAttributes?: readonly string[];
  port?: number;
  /** Dynamic configuration beside the tuning. */
  settings?: Readonly<Record<string, string>>;
};

/** The server picks ports of its own for its parts; beside other tests it sometimes finds one taken, and panics. */
const TRIES = 3;

/**
 * Starts a Temporal server with its data on disk in a folder of its own.
 * `searchAttributes` are made at the start, each `Name=Keyword` or the like; `port` is for one that comes back.
 */
export async function startTemporal(options: Options = {}): Promise<RunningTemporal> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

async function startOnce(options: Options): Promise<RunningTemporal> {
  const command = requirePart('temporal');
  const folder = temporaryFolder('temporal');
  const [free, uiPort, metricsPort] = await freePorts(3);
  const port = options.port ?? free;
  const address = `127.0.0.1:${port}`;
  const { stop } = await startProgram({
    name: 'Temporal',
    command,
    args: [
      'server',
      'start-dev',
      ...flags({
        headless: true,
        ip: '127.0.0.1',
        port: String(port),
        'ui-port': String(uiPort),
        'metrics-port': String(metricsPort),
        'log-level': 'warn',
        'db-filename': join(folder, 'temporal.db'),
        'sqlite-pragma': ['journal_mode=wal', 'synchronous=normal'],
        'dynamic-config-value': Object.entries({ ...TUNING, ...options.settings }).map((setting) => setting.join('=')),
        'search-attribute': options.searchAttributes ?? [],
      }),
    ],
    folder,
    // It would otherwise look for a configuration in the home folder.
    env: { HOME: folder },
    ready: () => answers(address),
  });
  return { address, stop };
}

async function answers(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return true;
  } finally {
    await connection.close();
  }
}
