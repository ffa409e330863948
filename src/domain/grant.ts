import { z } from 'zod';
import { Json } from './json.ts';

/** The recorded end of a side effect. `in-doubt`: nobody could tell whether it happened; a human decides. */
export const ActionOutcome = z.object({
  status: z.enum(['done', 'failed', 'in-doubt']),
  summary: z.string().max(1000),
  /** What the tool left behind, kept so that an undo can tell whether the target is still as we left it. */
  postState: Json.default(null),
});
export type ActionOutcome = z.infer<typeof ActionOutcome>;

/** Why a grant was refused. Each is final for this attempt: the caller stops and a human is asked or told. */
export const RefusalCode = z.enum([
  'unknown-action',
  'not-approved',
  'digest-mismatch',
  'drifted',
  'no-lock',
  'dry-run',
  /** A halt covers it: wait until it is lifted, then ask again. */
  'halted',
  /** More than a cap allows at once. */
  'over-cap',
  /** The approval is older than policy lets one wait. */
  'approval-expired',
  /** Somebody whose word counted was deactivated or removed since. */
  'revoked',
  /** The gap-free sequence has a gap, or the record does not stand as it was left. */
  'record-broken',
  'in-doubt',
  'run-over',
  'undo-without-effect',
  /** Nothing on record asks for it to be taken back: it is in effect, and no run that is whole loses it. */
  'undo-unasked',
  'bad-signature',
]);
export type RefusalCode = z.infer<typeof RefusalCode>;

/** The authority's answer to "may I, now?". Single-use; a row and a lease, never a token that travels. */
export const GrantAnswer = z.discriminatedUnion('answer', [
  z.object({
    answer: z.literal('granted'),
    /** Milliseconds within which the side effect must end. */
    leaseMs: z.number().int().positive(),
    /** Rises with every grant of the action; an older fence can no longer record an outcome. */
    fence: z.number().int().positive(),
    idempotencyKey: z.string(),
  }),
  z.object({
    answer: z.literal('reconcile'),
    /** Whether doing it, should it not have happened, would be granted now. If not, the worker only looks. */
    mayRepeat: z.boolean(),
    fence: z.number().int().positive(),
    leaseMs: z.number().int().positive(),
    idempotencyKey: z.string(),
  }),
  z.object({ answer: z.literal('done'), outcome: ActionOutcome }),
  z.object({ answer: z.literal('wait'), run: z.string(), retryAfterMs: z.number().int().positive() }),
  z.object({ answer: z.literal('refused'), code: RefusalCode, message: z.string() }),
]);
export type GrantAnswer = z.infer<typeof GrantAnswer>;

/** The authority's signature over a preview as it came in, whole: what an undo goes by is what people were shown. */
export const Seal = z.object({ keyId: z.string(), signature: z.string() });
export type Seal = z.infer<typeof Seal>;
