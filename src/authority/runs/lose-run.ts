import { isOver } from '../../domain/run.ts';
import type { AuthorityContext } from '../context.ts';
import { voidGatesOf } from '../gates/close-gate.ts';
import { followDoubts } from '../gates/follow-doubts.ts';
import { doubtIntents } from '../grants/doubt-intents.ts';
import { freeLocks } from '../grants/lock.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { inEffect } from './in-effect.ts';
import { lockRun } from './lock-run.ts';
import { pageResponsible } from './page-responsible.ts';

/**
 * A run whose Temporal chain ended without telling (terminated, timed out, its history gone): its gates are void, what
 * it had begun is in doubt and keeps its locks, the people are told.
 */
export async function loseRun(context: AuthorityContext, id: string, message: string): Promise<void> {
  const now = context.now();
  await context.db.transaction().execute(async (trx) => {
    const run = await lockRun(trx, id);
    if (!run || isOver(run.state)) return;
    await voidGatesOf(trx, now, id, message);
    const outcome = (await doubtIntents(trx, now, id, message, { over: true })) > 0 ? ('in-doubt' as const) : null;
    const left = await inEffect(trx, id);
    const summary = [message, left].filter(Boolean).join(' ');
    if (left !== '')
      await pageResponsible(trx, context, run, 'failed', `${run.title}, ${run.target}, was lost. ${summary}`);
    await followDoubts(trx, context, id);
    await freeLocks(trx, now, id);
    await trx
      .updateTable('runs')
      .set({ state: 'failed', outcome, summary, finished_at: now })
      .where('id', '=', id)
      .execute();
    await append(trx, now, id, 'run.finished', { state: 'failed', outcome, summary });
    await enqueue(trx, now, 'say', id, {
      key: 'end',
      text: `${run.title}, ${run.target}: ${outcome ?? 'failed'}. ${summary}`,
    });
  });
  context.poke();
}
