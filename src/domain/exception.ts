import { z } from 'zod';
import { Digest, digestOf } from './digest.ts';
import { Person } from './person.ts';

/** What may stay as it is although a check or a runbook objects, until when, and what is done about the risk instead. */
export const ExceptionTerms = z.object({
  /** The canonical key of the one resource it is about. */
  resource: z.string().min(1).max(500),
  /** Which check it excepts it from; null: what `runbook` says. */
  check: z.string().min(1).max(200).nullable(),
  /** Which runbook leaves it alone; null: every one that acts on that check. */
  runbook: z.string().min(1).max(100).nullable(),
  /** Who answers for it. */
  owner: z.string().min(1).max(200),
  reason: z.string().min(1).max(1000),
  /** The compensating control: what keeps the risk small meanwhile. */
  control: z.string().min(1).max(1000),
  until: z.iso.datetime(),
});
export type ExceptionTerms = z.infer<typeof ExceptionTerms>;

/** `expired` ones are over by themselves: what they covered is found again. */
export const ExceptionState = z.enum(['requested', 'in-force', 'denied', 'expired', 'revoked']);
export type ExceptionState = z.infer<typeof ExceptionState>;

/** An exception as every view shows it. */
export const Exception = ExceptionTerms.extend({
  id: z.string(),
  state: ExceptionState,
  by: Person,
  requestedAt: z.iso.datetime(),
  /** The gate at which it is approved. */
  gate: z.string().nullable(),
  approvedAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
});
export type Exception = z.infer<typeof Exception>;

/** What people approve, by one hash: nobody lengthens an exception, or moves it, by a change in the database. */
export const termsDigest = (terms: ExceptionTerms): Digest => {
  const { resource, check, runbook, owner, reason, control, until } = terms;
  return digestOf({ v: 1, resource, check, runbook, owner, reason, control, until });
};

/** The authority's signed word that an exception is in force: which gate approved which terms, and under which number. */
export const ExceptionApproval = z.object({
  exception: z.string(),
  terms: Digest,
  gate: z.string(),
  at: z.iso.datetime(),
  number: z.number().int().positive(),
  keyId: z.string(),
  signature: z.string(),
});
export type ExceptionApproval = z.infer<typeof ExceptionApproval>;

/** The part of that word its signature covers; `type` keeps it from passing for anything else that is signed. */
export const approvalPart = (approval: Omit<ExceptionApproval, 'keyId' | 'signature'>) => {
  const { exception, terms, gate, at, number } = approval;
  return { type: 'belay/exception' as const, exception, terms, gate, at, number };
};

/** What an exception is held against: a resource, a runbook that would act on it, and the checks that object to it. */
export interface Excepted {
  readonly resource: string;
  readonly runbook: string;
  readonly checks: readonly string[];
}

/** True when these terms except a resource from one check, in this runbook. Without a check: from the runbook itself. */
export const excepts = (
  { resource, check, runbook }: Pick<ExceptionTerms, 'resource' | 'check' | 'runbook'>,
  of: { resource: string; runbook: string; check: string | undefined },
): boolean =>
  resource === of.resource &&
  (runbook === null || runbook === of.runbook) &&
  (check === null ? runbook !== null : check === of.check);
