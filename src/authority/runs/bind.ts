import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';

/** Binds a run to the Temporal chain that was started for it; the first binding stands. */
export async function bindRun(context: AuthorityContext, id: string, execution: string): Promise<void> {
  await context.db.transaction().execute(async (trx) => {
    const bound = await trx
      .updateTable('runs')
      .set({ execution })
      .where('id', '=', id)
      .where('execution', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (bound) await append(trx, context.now(), id, 'run.bound', { execution });
  });
}
