import type { Trx } from '../../platform/database/connect.ts';
import { enqueueOnce } from '../outbox/enqueue.ts';

/**
 * The same for batch gates: in doubt while one item is; done when the run says that no more of it will begin, or is
 * `over`. Counted in the database, and at most one card waits to be sent: thousands of items end one after another.
 */
export async function settleBatches(trx: Trx, now: Date, run: string, over: boolean): Promise<void> {
  const gates = await trx
    .selectFrom('gates')
    .select(['id', 'state'])
    .where('run', '=', run)
    .where('kind', '=', 'batch')
    .where('state', 'in', ['executing', 'done', 'in-doubt'])
    .execute();
  for (const gate of gates) {
    const doubt = await trx
      .selectFrom('intents')
      .select('action')
      .where('run', '=', run)
      .where('status', '=', 'in-doubt')
      .where('phase', '=', 'execute')
      .executeTakeFirst();
    const before = gate.state === 'in-doubt' ? ('executing' as const) : gate.state;
    const state = doubt ? ('in-doubt' as const) : over ? ('done' as const) : before;
    if (state !== gate.state) await trx.updateTable('gates').set({ state }).where('id', '=', gate.id).execute();
    await enqueueOnce(trx, now, 'gate.card', gate.id);
  }
}
