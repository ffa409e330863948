import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DecisionRequest } from '../../domain/decision.ts';
import { canonicalJson, Digest } from '../../domain/digest.ts';
import { JsonObject } from '../../domain/json.ts';

const once = { nonce: z.string(), expires: z.iso.datetime() };

/** What a passkey says yes to: one decision, whole. Its hash is the challenge, so nothing in it can be exchanged. */
export const DecisionStatement = z.strictObject({
  type: z.literal('belay/step-up'),
  gate: z.string(),
  option: z.string(),
  digest: Digest,
  /** As it is recorded: a choice is an approval. */
  decision: z.string(),
  reason: z.string().nullable(),
  args: JsonObject.nullable(),
  action: z.number().nullable(),
  /** Items of a batch that the approval does not cover; left out where there are none. */
  without: z.array(z.string()).exactOptional(),
  /** Their name in the directory. */
  person: z.string(),
  bundle: Digest,
  ...once,
});
export type DecisionStatement = z.infer<typeof DecisionStatement>;

/** Everything a passkey is asked to say yes to. The types keep one from passing for another. */
export const Statement = z.discriminatedUnion('type', [
  DecisionStatement,
  z.strictObject({ type: z.literal('belay/passkey-sign-in'), ...once }),
  /** An existing passkey allows another one of the same person. */
  z.strictObject({ type: z.literal('belay/passkey-allow'), person: z.string(), ...once }),
  /** The new passkey's own first word. */
  z.strictObject({
    type: z.literal('belay/passkey-add'),
    person: z.string(),
    by: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('code'), code: z.string(), from: z.string() }),
      z.strictObject({ kind: z.literal('passkey'), passkey: z.string() }),
    ]),
    ...once,
  }),
]);
export type Statement = z.infer<typeof Statement>;
export type StatementOf<T extends Statement['type']> = Extract<Statement, { type: T }>;

/** A statement before it got its nonce and its end. */
export type Said = Statement extends infer S ? (S extends Statement ? Omit<S, 'nonce' | 'expires'> : never) : never;

/** SHA-256 of a statement's RFC 8785 form, as WebAuthn spells a challenge. */
export const challengeOf = (statement: Statement): string =>
  createHash('sha256').update(canonicalJson(statement)).digest('base64url');

/** What a person would say with this request, on this option, by these rules. */
export const decisionSaid = (
  gate: string,
  option: string,
  request: DecisionRequest,
  person: string,
  bundle: Digest,
): Omit<DecisionStatement, 'nonce' | 'expires'> => ({
  type: 'belay/step-up',
  gate,
  option,
  digest: request.digest,
  decision: request.decision === 'choose' ? 'approve' : request.decision,
  reason: request.reason ?? null,
  args: request.args ?? null,
  action: request.action ?? null,
  ...(request.without === undefined ? {} : { without: request.without }),
  person,
  bundle,
});
