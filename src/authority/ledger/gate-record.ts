import { type DecisionRecord, signedPart } from '../../domain/decision.ts';
import type { Numbered } from '../../domain/sequence.ts';
import type { LedgerKind } from '../../domain/ledger.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { readVerified } from './verified-sequence.ts';

/** Numbers that a gate may have while what it asks may still be carried out; any other closed it. */
const LEAVES_OPEN: readonly LedgerKind[] = ['gate.opened', 'decision.recorded', 'gate.forced'];

function numberProblem(gate: string, numbers: readonly Numbered[], decisions: readonly DecisionRecord[]) {
  const closing = numbers.find(({ kind }) => !LEAVES_OPEN.includes(kind));
  if (closing) return `${gate} was closed by number ${closing.number} (${closing.kind})`;
  const taken = numbers.filter(({ kind }) => kind === 'decision.recorded').map(({ number }) => number);
  const lost = taken.find((number) => !decisions.some((one) => one.number === number));
  if (lost !== undefined) return `decision number ${lost} on ${gate} is gone from the database`;
  const stray = decisions.find((one) => !taken.includes(one.number));
  return stray && `the decision of ${stray.person.id} on ${gate} has no number in the sequence`;
}

/**
 * What is wrong with the record of one gate, in words; undefined when a grant may rest on it. Every number of the gate
 * has its decision with a valid signature and the reverse, nothing closed it, and the sequence since it was opened has
 * no gap in which a denial or a withdrawal could have stood. `decisions` are all rows of the gate.
 */
export async function gateRecordProblem(
  trx: Trx,
  { key, verified }: Pick<AuthorityContext, 'key' | 'verified'>,
  gate: string,
  decisions: readonly DecisionRecord[],
): Promise<string | undefined> {
  const forged = decisions.find((one) => one.gate !== gate || !key.verify(signedPart(one), one.keyId, one.signature));
  if (forged) return `the decision of ${forged.person.id} on ${gate} does not carry the authority's signature`;
  const { number: from } =
    (await trx
      .selectFrom('sequence')
      .select('number')
      .where('subject', '=', gate)
      .where('kind', '=', 'gate.opened')
      .orderBy('number')
      .executeTakeFirst()) ?? {};
  if (from === undefined) return `that ${gate} was opened has no number in the sequence`;
  const { head, rows, broken } = await readVerified(trx, verified, from);
  if (rows[0]?.number !== from) return `the sequence of decisions ends before ${gate} was opened`;
  if (broken !== undefined) return broken;
  if (rows.at(-1)?.hash !== head.hash) return 'the sequence of decisions does not end where its head says';
  const own = rows.filter(({ subject }) => subject === gate);
  const before = await trx
    .selectFrom('sequence')
    .selectAll()
    .where('subject', '=', gate)
    .where('number', '<', from)
    .execute();
  return numberProblem(gate, [...before, ...own], decisions);
}
