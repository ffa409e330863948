import type { Trx } from '../../platform/database/connect.ts';
import { append } from '../ledger/append.ts';
import { settleGates } from './settle-gates.ts';

/**
 * What a run had begun and nobody recorded is in doubt from now on, and its gates say so; with `over` they also say that
 * nothing more will begin. Returns how many. Whoever holds the fence may still tell what became of it.
 */
export async function doubtIntents(trx: Trx, now: Date, run: string, why: string, over: boolean): Promise<number> {
  const begun = await trx
    .updateTable('intents')
    .set({ status: 'in-doubt', ended_at: now })
    .where('run', '=', run)
    .where('status', '=', 'running')
    .returning(['action', 'phase', 'digest'])
    .execute();
  for (const { action, phase, digest } of begun)
    await append(trx, now, run, 'action.in-doubt', { action, phase, digest, summary: why });
  await settleGates(trx, now, run, over);
  return begun.length;
}
