import { z } from 'zod';
import { Digest } from './digest.ts';
import { ActionId, GateId, RunId } from './ids.ts';
import { Json, JsonObject } from './json.ts';
import { MOST_ITEMS } from './list-item.ts';
import { Person } from './person.ts';
import { Revision } from './revision.ts';
import { Standing, Strength } from './standing.ts';

/**
 * `choose` is `approve` by another name. `edit` and `send-back` withdraw the gate for a new one. `by-hand`: a person did
 * it themselves; the run only verifies. `break-glass`: one person forces it in an open incident.
 */
export const DecisionKind = z.enum(['approve', 'deny', 'choose', 'edit', 'send-back', 'by-hand', 'break-glass']);
export type DecisionKind = z.infer<typeof DecisionKind>;

/** What a passkey said of a decision: the id of the challenge that the server made for it, and the browser's assertion. */
export const StepUpProof = z.object({ challenge: z.string(), assertion: JsonObject });
export type StepUpProof = z.infer<typeof StepUpProof>;

/** What a door tells the authority. The digest is the chosen option's, exactly as it was shown. */
export const DecisionRequest = z.strictObject({
  decision: DecisionKind,
  digest: Digest,
  option: z.string().optional(),
  reason: z.string().max(2000).optional(),
  /** For `edit`: the new arguments of the option's action number `action` (from 0; the only one's unless given). */
  args: JsonObject.optional(),
  action: z.number().int().min(0).max(9).optional(),
  /** For an approval of a batch: items that it does not cover. They are taken out for everybody. */
  without: z.array(ActionId).max(MOST_ITEMS).optional(),
  proof: StepUpProof.optional(),
});
export type DecisionRequest = z.infer<typeof DecisionRequest>;

/** A recorded decision: the authority's signed testimony of what a door told it. */
export const DecisionRecord = z.object({
  v: z.literal(2),
  gate: GateId,
  run: RunId,
  decision: z.enum(['approve', 'deny', 'edit', 'send-back', 'by-hand', 'break-glass']),
  option: z.string(),
  digest: Digest,
  person: Person,
  standing: Standing,
  strength: Strength,
  /** The passkey's own words, for `step-up`: verifiable with its public key alone. */
  proof: z.object({ passkey: z.string(), challenge: z.string(), assertion: Json }).nullable(),
  /** Of the bundle under which it was made. */
  bundle: Digest,
  /** Its place in the gap-free sequence of everything that opens or closes something. */
  number: z.number().int().positive(),
  reason: z.string().nullable(),
  /** For `edit` and `send-back`: what they want instead. */
  revision: Revision.nullable(),
  /** Items of a batch that were taken out with this word; nothing begins on one that anybody took out. */
  without: z.array(ActionId).exactOptional(),
  at: z.iso.datetime(),
  keyId: z.string(),
  signature: z.string(),
});
export type DecisionRecord = z.infer<typeof DecisionRecord>;

/** The part of a decision its signature covers. The type tag keeps it from passing for anything else that is signed. */
export function signedPart(
  record: Omit<DecisionRecord, 'signature'> & { signature?: string },
): Omit<DecisionRecord, 'signature'> & { type: 'belay/decision' } {
  const { signature: _, ...rest } = record;
  return { type: 'belay/decision', ...rest };
}

/** How the authority answers a click, a command or a call. Only `recorded` and `revised` change anything. */
export type DecisionAnswer =
  | { answer: 'recorded'; record: DecisionRecord; complete: boolean; missing: string[] }
  | { answer: 'repeated'; record: DecisionRecord; complete: boolean; missing: string[] }
  /** Edited or sent back: this gate is void; `gate` is the one that will be asked instead, once it was previewed. */
  | { answer: 'revised'; record: DecisionRecord; gate: string }
  | {
      answer: 'refused';
      why:
        | 'unknown-gate'
        | 'not-an-approver'
        | 'not-open'
        | 'other-digest'
        | 'contrary'
        | 'invalid'
        /** Policy wants the person's passkey: `/approve/<gate>` asks for it. */
        | 'step-up-needed'
        /** A halt covers it. */
        | 'frozen'
        /** Policy forbids it now; nobody can approve or force it. */
        | 'forbidden';
      message: string;
    };
