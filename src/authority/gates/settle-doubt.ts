import { Phase } from '../../domain/action.ts';
import type { DecisionRecord } from '../../domain/decision.ts';
import type { ActionOutcome } from '../../domain/grant.ts';
import { isOver } from '../../domain/run.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { freeLocks } from '../grants/lock.ts';
import { settleGates } from '../grants/settle-gates.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { lockRun } from '../runs/lock-run.ts';

/** What can be said of an action in doubt; the ids of the options of its gate. */
export const HAPPENED = 'happened';
export const DID_NOT_HAPPEN = 'did-not-happen';

/** One side effect, as the subject of the gate that asks about it. */
export const doubtSubject = (action: string, phase: Phase): string => `${action} ${phase}`;

/**
 * A person looked and said what became of an action in doubt: that is its outcome from now on, and no worker can tell
 * otherwise any more. Its gate follows, and the run's locks are freed when nothing else of it is in doubt.
 */
export async function settleDoubt(
  trx: Trx,
  context: AuthorityContext,
  subject: string,
  { run: id, option, person, gate, reason }: DecisionRecord,
): Promise<void> {
  const now = context.now();
  const [action = '', of] = subject.split(' ');
  const phase = Phase.parse(of);
  const status = option === HAPPENED ? ('done' as const) : ('failed' as const);
  const found = status === 'done' ? 'it happened' : 'it did not happen';
  const outcome: ActionOutcome = {
    status,
    summary: `${person.name} looked: ${found}${reason ? ` (${reason})` : ''}`.slice(0, 1000),
    postState: null,
  };
  const settled = await trx
    .updateTable('intents')
    .set({ status, outcome: JSON.stringify(outcome), ended_at: now })
    .where('action', '=', action)
    .where('phase', '=', phase)
    .where('status', '=', 'in-doubt')
    .returning('digest')
    .executeTakeFirst();
  // The worker told after all while people were asked; what it saw stands.
  if (!settled) return;
  const run = await lockRun(trx, id);
  await append(trx, now, id, 'action.settled', {
    action,
    phase,
    digest: settled.digest,
    status,
    gate,
    by: person.name,
    person,
    summary: outcome.summary,
  });
  const over = run === undefined || isOver(run.state);
  await settleGates(trx, now, id, over);
  if (over) await freeLocks(trx, now, id);
  else await enqueue(trx, now, 'run.wake', id);
}
