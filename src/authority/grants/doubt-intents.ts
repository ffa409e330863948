import type { Trx } from '../../platform/database/connect.ts';
import { append } from '../ledger/append.ts';

/** What a run that is over had begun and never recorded is in doubt from now on. Returns how many. */
export async function doubtIntents(trx: Trx, now: Date, run: string, why: string): Promise<number> {
  const begun = await trx
    .updateTable('intents')
    .set({ status: 'in-doubt', ended_at: now })
    .where('run', '=', run)
    .where('status', '=', 'running')
    .returning(['action', 'phase', 'digest'])
    .execute();
  for (const { action, phase, digest } of begun)
    await append(trx, now, run, 'action.in-doubt', { action, phase, digest, summary: why });
  if (begun.length > 0)
    await trx
      .updateTable('gates')
      .set({ state: 'in-doubt' })
      .where('run', '=', run)
      .where('state', '=', 'executing')
      .execute();
  return begun.length;
}
