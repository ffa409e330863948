import { setTimeout as sleep } from 'node:timers/promises';
import { openLog, type Logger } from '../platform/log.ts';
import { stopRequested } from '../platform/process/stop-requested.ts';
import type { Configuration } from '../platform/configuration/configuration.ts';
import { CliError } from '../platform/problem.ts';
import type { Patience } from './compose/patience.ts';

/** Longer than a worker takes to give up what it does (ten seconds), shorter than a supervisor takes to kill (thirty). */
const STOP_WITHIN_MS = 20_000;

/** What a process of production runs. */
export interface Service {
  /** Rejects when it fails; absent for one that only ends when it is asked to. */
  readonly ended?: Promise<void>;
  stop(): Promise<void>;
}

/** Seconds as an option gives them. @throws CliError (exit 2). */
export function seconds(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new CliError(`--wait ${text}: give a number of seconds.`, 2);
  return Number(text) * 1000;
}

/**
 * Runs one process of production: its log on standard output as JSON, until it is asked to stop or fails. Asked while it
 * still waits for something, it ends at once; what does not stop in twenty seconds is left.
 */
export async function serve(
  configuration: Configuration,
  waitMs: number,
  start: (patience: Patience, log: Logger) => Promise<Service>,
): Promise<void> {
  const log = openLog({ level: configuration.BELAY_LOG_LEVEL });
  const stopping = stopRequested(() => process.exit(1));
  const asked = new AbortController();
  const abort = async (): Promise<void> => {
    log.info({ reason: await stopping.requested }, 'stopping');
    asked.abort();
  };
  void abort();
  let service: Service | undefined;
  try {
    service = await start({ waitMs, signal: asked.signal, log }, log);
    await Promise.race([stopping.requested, service.ended ?? stopping.requested]);
  } catch (error) {
    if (!asked.signal.aborted) throw error;
  } finally {
    const stopped = service?.stop().then(() => 'stopped' as const);
    const how = await Promise.race([stopped, sleep(STOP_WITHIN_MS, 'late' as const, { ref: false })]);
    stopping.close();
    if (how === 'late') {
      log.error('it did not stop in time and is left as it is');
      process.exit(1);
    }
  }
}
