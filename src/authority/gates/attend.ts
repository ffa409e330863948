import type { AuthorityContext } from '../context.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { lockRun } from '../runs/lock-run.ts';
import { newsOf } from '../runs/news.ts';
import { doWhatIsDue } from './do-what-is-due.ts';
import { lookAgainMs } from './gate-times.ts';
import { ownGate } from './own-gate.ts';
import { rulesOf } from './rules-of.ts';

/** What became of a gate, after doing what is due on it. Repeated calls do nothing twice: what was done is on its row. */
export async function attendGate(
  context: AuthorityContext,
  request: RequestOf<'attendGate'>,
): Promise<ResponseOf<'attendGate'>> {
  const { run } = await ownGate(context, request);
  const now = context.now();
  const answer = await context.db.transaction().execute(async (trx) => {
    const locked = (await lockRun(trx, run.id)) ?? run;
    const read = () => trx.selectFrom('gates').selectAll().where('id', '=', request.gate).executeTakeFirstOrThrow();
    const before = await read();
    const rules = await rulesOf(trx, context, before, locked);
    await doWhatIsDue(trx, now, before, locked, rules.both);
    const after = await read();
    const { state, chosen, reason, special, revision } = after;
    const wait = lookAgainMs(after, rules.both, now);
    return { state, chosen, reason, special, revision, lookAgainMs: wait, news: await newsOf(trx, locked) };
  });
  context.poke();
  return answer;
}
