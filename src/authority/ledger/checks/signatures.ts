import { DecisionRecord, signedPart } from '../../../domain/decision.ts';
import { approvalPart, ExceptionApproval } from '../../../domain/exception.ts';
import { type HaltPart, haltPart, Lift, liftPart, Scope } from '../../../domain/halt.ts';
import type { LedgerEntry } from '../../../domain/ledger.ts';
import { Person } from '../../../domain/person.ts';
import { z } from 'zod';
import type { SigningKey } from '../../keys/signing-key.ts';

type Verifier = Pick<SigningKey, 'verify'>;

const Begun = z.object({
  halt: z.string(),
  covers: Scope,
  undo: z.boolean(),
  reason: z.string(),
  by: Person,
  number: z.number(),
  keyId: z.string(),
  signature: z.string(),
});

function haltHolds({ run, at, body }: LedgerEntry, key: Verifier): boolean {
  const { data } = Begun.safeParse(body);
  if (!data) return false;
  const { halt: id, covers: scope, keyId, signature, ...rest } = data;
  const part: HaltPart = { ...rest, id, scope, run, at };
  return key.verify(haltPart(part), keyId, signature);
}

function decisionHolds({ run, body }: LedgerEntry, key: Verifier): boolean {
  const { data } = DecisionRecord.safeParse(body);
  // What a run's chain says of another run's gate is no decision of it, however well it is signed.
  return data !== undefined && data.run === run && key.verify(signedPart(data), data.keyId, data.signature);
}

function liftHolds({ body }: LedgerEntry, key: Verifier): boolean {
  const { data } = Lift.safeParse(body);
  return data !== undefined && key.verify(liftPart(data), data.keyId, data.signature);
}

function approvalHolds({ body }: LedgerEntry, key: Verifier): boolean {
  const { data } = ExceptionApproval.safeParse(body);
  return data !== undefined && key.verify(approvalPart(data), data.keyId, data.signature);
}

const SIGNED: Partial<Record<LedgerEntry['kind'], [what: string, holds: typeof decisionHolds]>> = {
  'decision.recorded': ['decision', decisionHolds],
  'halt.begun': ['halt', haltHolds],
  'halt.lifted': ['lifting of a halt', liftHolds],
  'exception.in-force': ['exception', approvalHolds],
};

/** The entries of a chain whose own signature does not hold, each named. */
export const badSignatures = (entries: readonly LedgerEntry[], key: Verifier): string[] =>
  entries.flatMap((entry) => {
    const [what, holds] = SIGNED[entry.kind] ?? [];
    return holds === undefined || holds(entry, key)
      ? []
      : [`run ${entry.run}, entry ${entry.seq}: the ${what}'s signature does not hold`];
  });
