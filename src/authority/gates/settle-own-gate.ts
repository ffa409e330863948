import type { DecisionRecord } from '../../domain/decision.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import type { GateRow } from './view.ts';

/** Does what a decided gate of the authority's own says. A denial leaves everything as it is. */
export async function settleOwnGate(
  _trx: Trx,
  _context: AuthorityContext,
  gate: GateRow,
  _decision: DecisionRecord,
): Promise<void> {
  if (gate.kind === 'review') return;
}
