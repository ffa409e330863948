import type { DecisionRecord } from '../../domain/decision.ts';
import type { GateState } from '../../domain/gate.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { type GateRow, isOwn } from './gate-row.ts';
import { settleOwnGate } from './settle-own-gate.ts';

function stateAfter(gate: GateRow, { decision }: DecisionRecord): GateState {
  if (decision === 'deny') return 'denied';
  // Nothing begins under a gate whose work a person did, or that asks about nothing to be done.
  return decision === 'by-hand' || isOwn(gate) ? 'done' : 'approved';
}

/** What a person says they did themselves, action by action; of an option without actions, the option. */
async function recordByHand(trx: Trx, now: Date, gate: GateRow, { option, digest, person }: DecisionRecord) {
  const actions = gate.options.find((one) => one.id === option)?.actions ?? [];
  const done = actions.length > 0 ? actions : [{ id: option, digest }];
  for (const one of done)
    await append(trx, now, gate.run, 'action.performed-outside', {
      action: one.id,
      digest: one.digest,
      gate: gate.id,
      by: person,
    });
}

/** A gate's last decision ends it; the run is woken to see what was decided. */
export async function completeGate(
  trx: Trx,
  context: AuthorityContext,
  gate: GateRow,
  decision: DecisionRecord,
): Promise<void> {
  const now = context.now();
  const state = stateAfter(gate, decision);
  const { option, digest, reason } = decision;
  const special = decision.decision === 'by-hand' || decision.decision === 'break-glass' ? decision.decision : null;
  const chosen = state === 'denied' ? null : option;
  await trx
    .updateTable('gates')
    .set({ state, chosen, reason, special, decided_at: now })
    .where('id', '=', gate.id)
    .execute();
  await append(trx, now, gate.run, 'gate.decided', { gate: gate.id, state, option, digest, special });
  if (special === 'by-hand') await recordByHand(trx, now, gate, decision);
  if (isOwn(gate)) {
    await settleOwnGate(trx, context, gate, decision);
    return;
  }
  await trx
    .updateTable('runs')
    .set({ state: 'running' })
    .where('id', '=', gate.run)
    .where('state', '=', 'waiting')
    .execute();
  await enqueue(trx, now, 'run.wake', gate.run);
}
