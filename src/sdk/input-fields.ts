import { z } from 'zod';
import type { Waves } from './run-context.ts';

/** A wait as runbooks take it and Temporal reads it: `90s`, `7d`. None is longer than Temporal can count (292 years). */
export const Duration = z
  .string()
  .regex(/^[1-9](\d{0,5}(ms|s|m|h)|\d{0,3}d)$/, 'a duration is a number and s, m, h or d, such as 90s or 7d');

/** The name of a connection, as configured. */
export const ConnectionName = z.string().regex(/^[a-z0-9_-]{1,40}$/, 'is no connection');

/** Fields of an input that say how many are changed at a time. `deed` completes "How many are ... first". */
export const waveFields = (deed: string, usual: { first: number; size: number; inFlight: number }) => ({
  firstWave: z
    .int()
    .min(1)
    .max(250)
    .default(usual.first)
    .describe(`How many are ${deed} first, so that a mistake shows on few`),
  waveSize: z.int().min(1).max(250).default(usual.size).describe('How many in each wave after it'),
  inFlight: z.int().min(1).max(25).default(usual.inFlight).describe('How many at a time'),
  stopAfter: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Stops once more than this share failed; 0 stops at the first failure'),
});

/** What those fields ask of the engine. */
export const wavesOf = (input: {
  readonly firstWave: number;
  readonly waveSize: number;
  readonly inFlight: number;
  readonly stopAfter: number;
}): Waves => ({ first: input.firstWave, size: input.waveSize, inFlight: input.inFlight, stopAfter: input.stopAfter });
