import { batchLeaf } from '../../domain/batch.ts';
import type { DecisionRecord } from '../../domain/decision.ts';
import type { GateOption, GateState } from '../../domain/gate.ts';
import { rootOf } from '../../domain/merkle.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { GateRow } from '../gates/gate-row.ts';
import type { ActionRow } from '../grants/approval.ts';

/**
 * The batch gate whose chosen option holds this very action: its proof leads from what it is to the root that people
 * approved. The row that says which list an action is of, and its proof, are only where to look.
 */
export async function chosenBatch(
  trx: Trx,
  action: ActionRow,
  states: readonly GateState[],
): Promise<{ gate: GateRow; option: GateOption } | undefined> {
  const item = await trx
    .selectFrom('list_items')
    .select(['list', 'proof'])
    .where('action', '=', action.id)
    .where('proof', 'is not', null)
    .executeTakeFirst();
  if (!item?.proof) return undefined;
  const leaf = batchLeaf({ id: action.id, digest: action.digest, undo: action.preview.undo });
  const root = rootOf(leaf, item.proof);
  const gates = await trx
    .selectFrom('gates')
    .selectAll()
    .where('run', '=', action.run)
    .where('kind', '=', 'batch')
    .where('state', 'in', states)
    .execute();
  for (const gate of gates) {
    const option = gate.options.find(({ id, batch }) => id === gate.chosen && batch?.root === root);
    if (option) return { gate, option };
  }
  return undefined;
}

/** Who took an item out with their approval, in words; undefined when nobody did. */
export function takenOut(action: string, decisions: readonly DecisionRecord[]): string | undefined {
  const by = decisions.find(({ without = [] }) => without.includes(action));
  return by && `${by.standing.person} took ${action} out`;
}
