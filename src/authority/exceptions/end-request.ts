import type { Trx } from '../../platform/database/connect.ts';
import { append } from '../ledger/append.ts';

/** Ends the run that stands for a request of an exception, whatever became of it. */
export async function endRequest(trx: Trx, now: Date, run: string, summary: string): Promise<void> {
  await trx.updateTable('runs').set({ state: 'finished', summary, finished_at: now }).where('id', '=', run).execute();
  await append(trx, now, run, 'run.finished', { state: 'finished', outcome: null, summary });
}
