import { setTimeout as sleep } from 'node:timers/promises';

/** How long {@link until} tries, in milliseconds. */
export interface Patience {
  /** 10,000 unless given. */
  readonly within?: number;
  /** Between two tries; 50 unless given. */
  readonly every?: number;
  /** A reason to stop trying at once. */
  readonly giveUp?: () => string | undefined;
}

/**
 * Tries until `attempt` gives something that is neither undefined, null nor false, and returns that.
 * A throw counts as "not yet". Throws, naming `what` and the last error, when the time is over.
 */
export async function until<T>(
  what: string,
  attempt: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  { within = 10_000, every = 50, giveUp }: Patience = {},
): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    let last: Error | undefined;
    try {
      const value = await attempt();
      if (value !== undefined && value !== null && value !== false) return value;
    } catch (error) {
      last = error instanceof Error ? error : new Error(String(error));
    }
    const reason = giveUp?.();
    if (reason !== undefined) throw new Error(`waiting until ${what}: ${reason}`);
    if (Date.now() > end) {
      throw new Error(`not within ${within} ms: ${what}${last ? ` (${last.message})` : ''}`, { cause: last });
    }
    await sleep(every);
  }
}
