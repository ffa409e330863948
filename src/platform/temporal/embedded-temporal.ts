import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { rememberedPort } from '../data/remembered-port.ts';
import type { DataFolder } from '../data/data-folder.ts';
import { CliError, reasonOf } from '../problem.ts';
import { stopRecorded } from '../process/process-record.ts';
import { startChild } from '../process/start-child.ts';
import type { BinarySource, Progress } from './binary-sources.ts';
import { findTemporal, minorOf } from './find-temporal.ts';
import { devServerArguments } from './dev-server-arguments.ts';

export interface EmbeddedTemporalOptions {
  readonly data: DataFolder;
  readonly sources: readonly BinarySource[];
  readonly progress: Progress;
  /** Called when the server ends though nobody stopped it, with how it ended. */
  readonly onUnexpectedEnd: (how: string) => void;
}

export interface EmbeddedTemporal {
  /** `127.0.0.1:<port>`, gRPC. */
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string;
  /** Of the server, such as `1.29.1`. */
  readonly version: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const NAMESPACE = 'default';
const RETENTION = '30 days';
const START_MS = 60_000;
/** A start that ends by itself sooner than this may have met a port that was just taken. */
const QUICK_END_MS = 10_000;
const START_TRIES = 3;

/**
 * Starts Temporal's own development server on the data folder, tuned, on loopback, and waits until it answers. A server
 * left behind by a killed Belay is stopped first.
 * @throws CliError when there is no fitting binary (exit 3) or the server does not come up (exit 1).
 */
export async function startEmbeddedTemporal(options: EmbeddedTemporalOptions): Promise<EmbeddedTemporal> {
  const { data, progress } = options;
  const recordFile = join(data.run, 'temporal.json');
  await stopRecorded(recordFile, 'SIGTERM');
  const versionFile = join(data.temporal, 'version');
  const madeBy = existsSync(versionFile) ? minorOf(readFileSync(versionFile, 'utf8').trim()) : undefined;
  const binary = await findTemporal(options.sources, progress, madeBy);
  const port = await rememberedPort(data.run, 'temporal');
  const uiPort = await rememberedPort(data.run, 'temporal-ui');
  writeFileSync(versionFile, `${binary.server}\n`, { mode: 0o600 });
  progress('Starting Temporal');
  const start = () =>
    startChild({
      name: 'Temporal',
      command: binary.path,
      args: devServerArguments({ port, uiPort, database: join(data.temporal, 'temporal.db') }),
      // Unasked, it tells its maker from time to time that it runs here, and on what.
      env: { ...process.env, TEMPORAL_VERSION_CHECK_DISABLED: '1' },
      recordFile,
      logFile: join(data.logs, 'temporal.log'),
      stopSignal: 'SIGTERM',
      graceMs: 10_000,
    });
  const address = `127.0.0.1:${port}`;
  const child = await startReady(start, address);
  child.onUnexpectedEnd(options.onUnexpectedEnd);
  return {
    address,
    namespace: NAMESPACE,
    uiUrl: `http://127.0.0.1:${uiPort}`,
    version: binary.server,
    pid: child.pid,
    stop: () => child.stop(),
  };
}

/** The server picks ports of its own for its parts, and ends when another program takes one at that moment: then it is started again. */
async function startReady(start: () => ReturnType<typeof startChild>, address: string) {
  for (let tries = 1; ; tries += 1) {
    const began = Date.now();
    const child = await start();
    try {
      await ready(address, child.ended);
      return child;
    } catch (error) {
      await child.stop();
      if (tries === START_TRIES || Date.now() - began > QUICK_END_MS) throw error;
    }
  }
}

/** Until the namespace is there and keeps closed runs for 30 days, for the re-checks that look back so far. */
async function ready(address: string, ended: Promise<string>): Promise<void> {
  const over = new AbortController();
  const gone = ended.then((how) => {
    over.abort();
    throw new CliError(`Temporal did not start (${how}); its log is logs/temporal.log in the data folder.`);
  });
  await Promise.race([gone, setRetention(address, over.signal)]);
}

async function setRetention(address: string, over: AbortSignal): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    let connection: Connection | undefined;
    try {
      connection = await Connection.connect({ address, connectTimeout: 1000 });
      await connection.workflowService.updateNamespace({
        namespace: NAMESPACE,
        config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
      });
      return;
    } catch (error) {
      if (over.aborted || Date.now() > deadline)
        throw new CliError(`Temporal did not answer within ${START_MS / 1000} s (${reasonOf(error)}).`, 1, {
          cause: error,
        });
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await connection?.close();
    }
  }
}
