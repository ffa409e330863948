import { createHash } from 'node:crypto';
import { LEASE_MS } from './pace.ts';
import type { Ask, Point } from './room.ts';

/**
 * What befalls the worker that asks: nothing, `kill -9`, or SIGSTOP for a while. `before` the room does anything, `after`
 * it did and before the worker hears of it, or `later`, that many milliseconds after it heard. What was under way when a
 * worker was killed `before` may arrive all the same: `arrives` is when, null never.
 */
export interface Fault {
  readonly what: 'none' | 'kill' | 'freeze';
  readonly at: Point;
  readonly when: 'before' | 'after' | 'later';
  readonly laterMs: number;
  readonly frozenMs: number;
  readonly arrives: number | null;
}

export const NO_FAULT: Fault = { what: 'none', at: 'observe', when: 'before', laterMs: 0, frozenMs: 0, arrives: null };

/** Past the lease, but back before anybody took over. */
const SHORT_MS = LEASE_MS + 1_200;
/** Past the lease and past the 15 s after which Temporal gives the work to another. */
const LONG_MS = Math.max(18_000, SHORT_MS + 5_000);

/** Numbers from 0 to 1 that follow from seed and place alone, in whatever order the processes come. */
function dice(seed: string, place: string): () => number {
  const bytes = createHash('sha256').update(`${seed} ${place}`).digest();
  let at = 0;
  return () => bytes.readUInt16BE((at++ * 2) % bytes.length) / 65_536;
}

const pick = <T>(roll: number, from: readonly [T, ...T[]]): T => from[Math.floor(roll * from.length)] ?? from[0];

/** What befalls the `attempt`-th attempt at an action: most first ones, some second ones, and none after that. */
export function faultFor(seed: string, lamp: string, phase: Ask['phase'], attempt: number): Fault {
  const roll = dice(seed, `${lamp} ${phase} ${attempt}`);
  const strikes = attempt === 1 ? 0.85 : attempt === 2 ? 0.3 : 0;
  if (roll() >= strikes) return NO_FAULT;
  return {
    what: roll() < 0.6 ? 'kill' : 'freeze',
    at: attempt === 1 ? pick(roll(), ['observe', 'set', 'set']) : pick(roll(), ['observe', 'reconcile', 'set']),
    when: pick(roll(), ['before', 'after', 'later']),
    laterMs: Math.floor(roll() * 30),
    frozenMs: roll() < 0.7 ? SHORT_MS : LONG_MS,
    arrives: pick(roll(), [null, 0, 4_000, LONG_MS]),
  };
}
