import { covers } from '../../domain/halt.ts';
import { END_STATES } from '../../domain/run.ts';
import type { AuthorityContext } from '../context.ts';
import { cancelRun } from '../runs/cancel.ts';
import { haltsInForce } from './halt-over.ts';
import { haltText } from './halt-text.ts';

/**
 * Cancels the open runs that did something under a halt with undo; cancelling has them take it back, which a halt does
 * not stop. Each in its own transaction: they lock their run, and a halt must never wait for one. Called after the halt
 * and at every start, so that a server that dies in between leaves none out.
 */
export async function undoUnderHalts(context: AuthorityContext): Promise<void> {
  const halts = (await haltsInForce(context.db)).filter(({ undo }) => undo);
  if (halts.length === 0) return;
  const begun = await context.db
    .selectFrom('intents')
    .innerJoin('runs', 'runs.id', 'intents.run')
    .innerJoin('actions', 'actions.id', 'intents.action')
    .select(['runs.id', 'runs.runbook', 'actions.tool', 'actions.target_key'])
    .where('runs.state', 'not in', END_STATES)
    .where('runs.cancel', 'is', null)
    .where('intents.phase', '=', 'execute')
    // One that is under way is done before the run hears of this, and taken back then.
    .where('intents.status', 'in', ['running', 'done'])
    .execute();
  for (const { id, runbook, tool, target_key: targetKey } of begun) {
    const halt = halts.find(({ scope }) => covers(scope, { runbook, tool, targetKey }));
    if (halt) await cancelRun(context, id, halt.by, `halt with undo: ${haltText(halt)}`);
  }
}
