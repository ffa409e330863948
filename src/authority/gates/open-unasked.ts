import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { GateRow } from './gate-row.ts';

/**
 * A gate whose rule needs nobody stands approved as it opens, by policy and by no person. It has no decisions: the grant
 * asks policy again, and one that wants people by then finds that they are missing.
 */
export async function openUnasked(trx: Trx, context: AuthorityContext, gate: GateRow): Promise<void> {
  const [option] = gate.options;
  if (!option || gate.options.length > 1) throw new Error(`${gate.id}: only a single option runs unasked`);
  const now = context.now();
  const reason = gate.requirement.rule;
  await trx
    .updateTable('gates')
    .set({ state: 'approved', chosen: option.id, reason, decided_at: now })
    .where('id', '=', gate.id)
    .execute();
  await trx
    .updateTable('runs')
    .set({ state: 'running' })
    .where('id', '=', gate.run)
    .where('state', '=', 'waiting')
    .execute();
  const { digest } = option;
  await append(trx, now, gate.run, 'gate.decided', {
    gate: gate.id,
    state: 'approved',
    option: option.id,
    digest,
    special: null,
    reason,
  });
  await enqueue(trx, now, 'run.wake', gate.run);
}
