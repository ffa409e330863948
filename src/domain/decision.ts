import { z } from 'zod';
import { Digest } from './digest.ts';
import { GateId, RunId } from './ids.ts';
import { JsonObject } from './json.ts';
import { Person } from './person.ts';

export const DecisionKind = z.enum(['approve', 'deny', 'choose', 'edit', 'send-back']);
export type DecisionKind = z.infer<typeof DecisionKind>;

/** What a door tells the authority. The digest is the chosen option's, exactly as it was shown. */
export const DecisionRequest = z.strictObject({
  decision: z.enum(['approve', 'deny', 'choose', 'edit', 'send-back']),
  digest: Digest,
  option: z.string().optional(),
  reason: z.string().max(2000).optional(),
  args: JsonObject.optional(),
});
export type DecisionRequest = z.infer<typeof DecisionRequest>;

/** A recorded decision: the authority's signed testimony of what a door told it. */
export const DecisionRecord = z.object({
  v: z.literal(1),
  gate: GateId,
  run: RunId,
  decision: z.enum(['approve', 'deny']),
  option: z.string(),
  digest: Digest,
  person: Person,
  reason: z.string().nullable(),
  at: z.iso.datetime(),
  keyId: z.string(),
  signature: z.string(),
});
export type DecisionRecord = z.infer<typeof DecisionRecord>;

/** The part of a decision its signature covers. */
export function signedPart(
  record: Omit<DecisionRecord, 'signature'> & { signature?: string },
): Omit<DecisionRecord, 'signature'> {
  const { signature: _, ...rest } = record;
  return rest;
}

/** How the authority answers a click, a command or a call. Nothing but `recorded` changes anything. */
export type DecisionAnswer =
  | { answer: 'recorded'; record: DecisionRecord; complete: boolean; missing: string[] }
  | { answer: 'repeated'; record: DecisionRecord; complete: boolean; missing: string[] }
  | {
      answer: 'refused';
      why: 'unknown-gate' | 'not-an-approver' | 'not-open' | 'other-digest' | 'contrary' | 'invalid';
      message: string;
    };
