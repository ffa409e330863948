import { isUndecided } from '../../domain/gate.ts';
import type { GateState } from '../../domain/gate.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { lockRun } from '../runs/lock-run.ts';

/**
 * Ends an undecided gate without a decision. `void` also withdraws an approval that was not used yet (`approved`);
 * nothing that has begun is touched. Returns the state the gate is in now.
 */
export async function closeGate(
  trx: Trx,
  now: Date,
  gate: string,
  to: 'void' | 'expired',
  reason: string,
): Promise<GateState> {
  const { run } = await trx.selectFrom('gates').select('run').where('id', '=', gate).executeTakeFirstOrThrow();
  await lockRun(trx, run);
  const row = await trx.selectFrom('gates').select('state').where('id', '=', gate).executeTakeFirstOrThrow();
  const closable = isUndecided(row.state) || (to === 'void' && row.state === 'approved');
  if (!closable) return row.state;
  await trx.updateTable('gates').set({ state: to, reason, decided_at: now }).where('id', '=', gate).execute();
  await trx
    .updateTable('runs')
    .set({ state: 'running' })
    .where('id', '=', run)
    .where('state', '=', 'waiting')
    .execute();
  await append(trx, now, run, to === 'void' ? 'gate.voided' : 'gate.expired', { gate, reason });
  await enqueue(trx, now, 'gate.card', gate);
  return to;
}

/** Voids whatever of a run still waits or waits to be used: it is over, cancelled or overtaken. */
export async function voidGatesOf(trx: Trx, now: Date, run: string, reason: string): Promise<void> {
  const rows = await trx
    .selectFrom('gates')
    .select('id')
    .where('run', '=', run)
    .where('state', 'in', ['open', 'frozen', 'approved'])
    .execute();
  for (const row of rows) await closeGate(trx, now, row.id, 'void', reason);
}
