import { makeTelemetryFilterString, Runtime, type LogLevel } from '@temporalio/worker';
import type { Logger } from '../log.ts';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

export interface RuntimeOptions {
  readonly log: Logger;
  /** `host:port` on which Temporal's own worker metrics are served. */
  readonly metricsAddress?: string;
}

/**
 * Gives Temporal's SDK Belay's log and takes its signal handlers away: on Ctrl-C it would shut workers down by itself,
 * while Belay stops its parts in order. Once per process, before any worker or native connection. Returns what ends it:
 * a runtime that never had a worker does not end by itself and keeps the process alive. Ending it twice is fine.
 */
export function installRuntime({ log, metricsAddress }: RuntimeOptions): () => Promise<void> {
  const child = log.child({ part: 'temporal-sdk' });
  const say = (level: LogLevel, message: string, meta?: object): void => child[LEVELS[level]](meta ?? {}, message);
  const runtime = Runtime.install({
    shutdownSignals: [],
    logger: {
      log: say,
      trace: (message, meta) => say('TRACE', message, meta),
      debug: (message, meta) => say('DEBUG', message, meta),
      info: (message, meta) => say('INFO', message, meta),
      warn: (message, meta) => say('WARN', message, meta),
      error: (message, meta) => say('ERROR', message, meta),
    },
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(metricsAddress !== undefined && { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
  });
  return () => runtime.shutdown();
}
