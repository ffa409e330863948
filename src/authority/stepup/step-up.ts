import type { DecisionRecord, DecisionRequest } from '../../domain/decision.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { Site } from './site.ts';

/** Proof of a decision by the person's own passkey. */
export interface StepUp {
  /** Where passkeys are made and asked for; null where browsers would refuse. */
  site(): Site | null;
  /** Whether anybody in the directory has a passkey, so that policy may ask for one. */
  possible(db: Database | Trx): Promise<boolean>;
  /**
   * Checks the proof that came with a decision: the challenge is the hash of exactly this decision, made for this person,
   * not used before, and the assertion is of a passkey of theirs. Uses the challenge up. `refused` is for the person.
   */
  verify(
    trx: Trx,
    gate: string,
    request: DecisionRequest,
    person: string,
  ): Promise<{ proof: NonNullable<DecisionRecord['proof']> } | { refused: string }>;
}
