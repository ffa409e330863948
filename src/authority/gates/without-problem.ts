import type { DecisionRequest } from '../../domain/decision.ts';
import type { GateOption } from '../../domain/gate.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { takenOutOf } from '../batches/wave.ts';
import type { GateRow } from './gate-row.ts';
import { refuse, type Refusal } from './may-decide.ts';

/** Why these items cannot be taken out with an approval: they are none of the batch, or nothing would be left of it. */
export async function withoutProblem(
  trx: Trx,
  gate: GateRow,
  { batch }: GateOption,
  { decision, without = [] }: DecisionRequest,
): Promise<Refusal | undefined> {
  if (without.length === 0) return undefined;
  if (!batch) return refuse('invalid', 'without: only from an approval of many can single ones be taken out.');
  if (decision !== 'approve' && decision !== 'choose')
    return refuse('invalid', 'without: items are taken out with an approval.');
  const rows = await trx
    .selectFrom('list_items')
    .select('action')
    .where('run', '=', gate.run)
    .where('list', '=', batch.list)
    .where('proof', 'is not', null)
    .execute();
  const known = new Set(rows.map(({ action }) => action));
  const strange = without.find((id) => !known.has(id));
  if (strange !== undefined) return refuse('invalid', `without: ${strange} is no item of ${gate.id}.`);
  const out = new Set([...(await takenOutOf(trx, gate)), ...without]);
  return out.size >= batch.count
    ? refuse('invalid', 'without: nothing would be left to approve. Deny it, and say why.')
    : undefined;
}
