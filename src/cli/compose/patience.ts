import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../platform/log.ts';
import { CliError, reasonOf } from '../../platform/problem.ts';

/** How a process of production waits for what it needs. */
export interface Patience {
  /** Milliseconds before it gives up; whoever runs it starts it again. */
  readonly waitMs: number;
  /** Ends the waiting, with its reason. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

const EVERY_MS = 1000;

/**
 * Tries until `attempt` succeeds, and says so, once for each reason. A `CliError` other than "cannot reach" is no matter
 * of time and is thrown at once. @throws CliError (exit 3) when the time is over.
 */
export async function patiently<T>(
  what: string,
  attempt: () => Promise<T>,
  { waitMs, signal, log }: Patience,
): Promise<T> {
  const end = Date.now() + waitMs;
  let said: string | undefined;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CliError && error.exitCode !== 3) throw error;
      const reason = reasonOf(error);
      if (Date.now() >= end)
        throw new CliError(`${what} was not there within ${Math.round(waitMs / 1000)} s: ${reason}`, 3, {
          cause: error,
        });
      if (reason !== said) log.warn({ reason }, `waiting for ${what}`);
      said = reason;
      await sleep(EVERY_MS, undefined, { signal });
    }
  }
}
