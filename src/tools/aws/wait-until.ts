import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../domain/failure.ts';

/** How long an attempt looks whether what it began is finished; what takes longer is for a later attempt. */
export interface Pace {
  readonly everyMs: number;
  readonly looks: number;
  /** After which the next attempt makes sense. */
  readonly retryAfterMs: number;
}

/** A small snapshot or a volume is ready within seconds; a large snapshot takes hours, and holds no worker meanwhile. */
export const PACE: Pace = { everyMs: 2_000, looks: 6, retryAfterMs: 30_000 };

/** Looks until there is an answer. Throws `retry.not-yet`, naming `what`, when it takes longer. */
export async function waitUntil<T>(
  what: string,
  look: () => Promise<T | undefined>,
  { everyMs, looks, retryAfterMs }: Pace,
  signal: AbortSignal,
): Promise<T> {
  for (let at = 1; ; at += 1) {
    const found = await look();
    if (found !== undefined) return found;
    if (at >= looks) throw new Failure('retry.not-yet', `${what}; looked ${looks} times`, { retryAfterMs });
    await sleep(everyMs, undefined, { signal });
  }
}
