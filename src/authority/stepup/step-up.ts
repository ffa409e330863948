import type { DecisionRequest } from '../../domain/decision.ts';
import type { DecisionRecord } from '../../domain/decision.ts';
import type { Trx } from '../../platform/database/connect.ts';

/** Proof of a decision by the person's own passkey. */
export interface StepUp {
  /** Whether anybody has a passkey, so that policy may ask for one. */
  possible(): Promise<boolean>;
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
