import { Failure } from '../../domain/failure.ts';
import { runOfAction } from '../../domain/ids.ts';
import type { AuthorityContext } from '../context.ts';
import { followDoubts } from '../gates/follow-doubts.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { knownRun } from '../runs/known-run.ts';
import { doubtIntents } from './doubt-intents.ts';

/** The run stops trying. What it had begun without an end is in doubt from now; without an intent, nothing was begun. */
export async function giveUp(context: AuthorityContext, request: RequestOf<'giveUp'>): Promise<ResponseOf<'giveUp'>> {
  const { action, phase, message } = request;
  const answer = await context.db.transaction().execute(async (trx) => {
    const run = await knownRun(trx, request);
    if (runOfAction(action) !== run.id)
      throw new Failure('stop.invalid-input', `action: ${action} is none of run ${run.id}`);
    // Only this one: the other items of a batch go on beside it.
    await doubtIntents(trx, context.now(), run.id, message, { over: false, only: { action, phase } });
    await followDoubts(trx, context, run.id);
    const intent = await trx
      .selectFrom('intents')
      .select(['status', 'outcome'])
      .where('action', '=', action)
      .where('phase', '=', phase)
      .executeTakeFirst();
    if (!intent) return { begun: false, outcome: null };
    const status = intent.status === 'running' ? ('in-doubt' as const) : intent.status;
    return { begun: true, outcome: intent.outcome ?? { status, summary: message, postState: null } };
  });
  context.poke();
  return answer;
}
