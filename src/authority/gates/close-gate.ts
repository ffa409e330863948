import { isUndecided } from '../../domain/gate.ts';
import type { GateState } from '../../domain/gate.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { lockRun } from '../runs/lock-run.ts';
import { isOwn, OWN_KINDS } from './gate-row.ts';

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
  const row = await trx.selectFrom('gates').select(['state', 'kind']).where('id', '=', gate).executeTakeFirstOrThrow();
  const closable = isUndecided(row.state) || (to === 'void' && row.state === 'approved');
  if (!closable) return row.state;
  await trx.updateTable('gates').set({ state: to, reason, decided_at: now }).where('id', '=', gate).execute();
  if (!isOwn(row))
    await trx
      .updateTable('runs')
      .set({ state: 'running' })
      .where('id', '=', run)
      .where('state', '=', 'waiting')
      .execute();
  const kind = to === 'void' ? ('gate.voided' as const) : ('gate.expired' as const);
  const number = await nextNumber(trx, kind, run, gate);
  await append(trx, now, run, kind, { gate, number, reason });
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
    // The authority's own gates outlive their run: a review, a doubt.
    .where('kind', 'not in', OWN_KINDS)
    .execute();
  for (const row of rows) await closeGate(trx, now, row.id, 'void', reason);
}
