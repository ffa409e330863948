import { isOver } from '../../domain/run.ts';
import type { AuthorityContext } from '../context.ts';
import { voidGatesOf } from '../gates/close-gate.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';

/**
 * A run whose Temporal chain ended without telling (terminated, timed out, its history gone): its gates are void, what
 * it had begun is in doubt and keeps its locks, the people are told.
 */
export async function loseRun(context: AuthorityContext, id: string, message: string): Promise<void> {
  const now = context.now();
  await context.db.transaction().execute(async (trx) => {
    const run = await trx
      .selectFrom('runs')
      .select(['state', 'title', 'target'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!run || isOver(run.state)) return;
    const begun = await trx
      .updateTable('intents')
      .set({ status: 'in-doubt', ended_at: now })
      .where('run', '=', id)
      .where('status', '=', 'running')
      .returning(['action', 'phase', 'digest'])
      .execute();
    for (const { action, phase, digest } of begun)
      await append(trx, now, id, 'action.in-doubt', { action, phase, digest, summary: message });
    await voidGatesOf(trx, now, id, message);
    await trx.deleteFrom('lock_waiters').where('run', '=', id).execute();
    if (begun.length === 0) await trx.deleteFrom('locks').where('run', '=', id).execute();
    const outcome = begun.length > 0 ? ('in-doubt' as const) : null;
    await trx
      .updateTable('runs')
      .set({ state: 'failed', outcome, summary: message, finished_at: now })
      .where('id', '=', id)
      .execute();
    await append(trx, now, id, 'run.finished', { state: 'failed', outcome, summary: message });
    await enqueue(trx, now, 'say', id, {
      key: 'end',
      text: `${run.title}, ${run.target}: ${outcome ?? 'failed'}. ${message}`,
    });
  });
  context.poke();
}
