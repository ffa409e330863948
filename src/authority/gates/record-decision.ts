import { type DecisionRecord, signedPart } from '../../domain/decision.ts';
import type { GateOption } from '../../domain/gate.ts';
import type { Person } from '../../domain/person.ts';
import type { Standing } from '../../domain/standing.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import type { GateRow } from './gate-row.ts';

/** A decision that was found to count, before it is written. */
export interface Decided {
  readonly decision: DecisionRecord['decision'];
  readonly option: GateOption;
  readonly person: Person;
  readonly standing: Standing;
  readonly proof: DecisionRecord['proof'];
  readonly reason: string | undefined;
  readonly revision: DecisionRecord['revision'];
  /** Items of a batch that this word takes out. */
  readonly without: readonly string[];
}

/** Numbers, signs and writes a decision, with its ledger entry. */
export async function recordDecision(
  trx: Trx,
  context: AuthorityContext,
  gate: GateRow,
  { decision, option, person, standing, proof, reason, revision, without }: Decided,
): Promise<DecisionRecord> {
  const unsigned = {
    v: 2 as const,
    gate: gate.id,
    run: gate.run,
    decision,
    option: option.id,
    digest: option.digest,
    person,
    standing,
    strength: proof ? ('step-up' as const) : ('door' as const),
    proof,
    bundle: context.bundle().hash,
    number: await nextNumber(trx, 'decision.recorded', gate.run, gate.id),
    reason: reason ?? null,
    revision,
    ...(without.length === 0 ? {} : { without: [...new Set(without)].toSorted() }),
    at: context.now().toISOString(),
    keyId: context.key.keyId,
  };
  const signed = { ...unsigned, signature: context.key.sign(signedPart(unsigned)) };
  await trx
    .insertInto('decisions')
    .values({ gate: gate.id, person: standing.person, record: JSON.stringify(signed) })
    .execute();
  await append(trx, context.now(), gate.run, 'decision.recorded', signed);
  return signed;
}
