import { z } from 'zod';

/** The result of a verification. Never `healthy` on zero samples. */
export const Verdict = z.enum(['healthy', 'failed', 'inconclusive']);
export type Verdict = z.infer<typeof Verdict>;

/** One check: what was expected, what was seen, how many samples that rests on. */
export const Check = z.object({
  name: z.string(),
  expected: z.string(),
  seen: z.string(),
  /** null: the question was asked and there was no answer. */
  passed: z.boolean().nullable(),
  samples: z.number().int().nonnegative(),
});
export type Check = z.infer<typeof Check>;

/** One failed check fails the whole; an unanswered or sample-less one, or no check at all, leaves it inconclusive. */
export function verdictOf(checks: readonly Check[]): Verdict {
  if (checks.some((check) => check.passed === false && check.samples > 0)) return 'failed';
  if (checks.length === 0 || checks.some((check) => check.passed !== true || check.samples === 0))
    return 'inconclusive';
  return 'healthy';
}
