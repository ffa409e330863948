import type { DecisionRecord } from '../../domain/decision.ts';
import type { GateState } from '../../domain/gate.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { settleOwnGate } from './settle-own-gate.ts';
import type { GateRow } from './view.ts';

function stateAfter(gate: GateRow, { decision }: DecisionRecord): GateState {
  if (decision === 'deny') return 'denied';
  // Nothing begins under a gate whose work a person did, or that asks about nothing to be done.
  const nothingToDo =
    decision === 'by-hand' || gate.kind === 'resume' || gate.kind === 'doubt' || gate.kind === 'review';
  return nothingToDo ? 'done' : 'approved';
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
  if (special === 'by-hand')
    for (const { id, digest: of } of gate.options.find((one) => one.id === option)?.actions ?? [])
      await append(trx, now, gate.run, 'action.performed-outside', {
        action: id,
        digest: of,
        gate: gate.id,
        by: decision.person,
      });
  if (gate.kind === 'resume' || gate.kind === 'doubt' || gate.kind === 'review') {
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
