import type { Phase } from '../../domain/action.ts';
import type { ActionOutcome } from '../../domain/grant.ts';
import { runOfAction } from '../../domain/ids.ts';
import type { LedgerKind } from '../../domain/ledger.ts';
import { isOver } from '../../domain/run.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { followDoubts } from '../gates/follow-doubts.ts';
import { append } from '../ledger/append.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { lockRun } from '../runs/lock-run.ts';
import { freeLocks } from './lock.ts';
import { settleGates } from './settle-gates.ts';

function kindOf(phase: Phase, status: ActionOutcome['status']): LedgerKind {
  if (status === 'in-doubt') return 'action.in-doubt';
  if (phase === 'undo') return status === 'done' ? 'action.undone' : 'action.undo-failed';
  return status === 'done' ? 'action.executed' : 'action.failed';
}

async function recordIn(
  trx: Trx,
  now: Date,
  { action, phase, fence, outcome: given, reconciled }: RequestOf<'outcome'>,
): Promise<ResponseOf<'outcome'>> {
  const outcome: ActionOutcome = { ...given, postState: given.postState ?? null };
  const run = await lockRun(trx, runOfAction(action));
  const intent = await trx
    .selectFrom('intents')
    .selectAll()
    .where('action', '=', action)
    .where('phase', '=', phase)
    .executeTakeFirst();
  if (!run || !intent) return { recorded: false, outcome: null };
  const unknown = intent.status === 'running' || (intent.status === 'in-doubt' && intent.outcome === null);
  if (intent.fence !== fence || !unknown) return { recorded: false, outcome: intent.outcome };
  const { status, summary } = outcome;
  await trx
    .updateTable('intents')
    .set({ status, outcome: JSON.stringify(outcome), ended_at: now })
    .where('action', '=', action)
    .where('phase', '=', phase)
    .execute();
  const { digest } = intent;
  await append(trx, now, run.id, kindOf(phase, status), { action, phase, digest, summary, fence, reconciled });
  await settleGates(trx, now, run.id, isOver(run.state));
  if (isOver(run.state)) await freeLocks(trx, now, run.id);
  // It waits for people to say what this says; the gate that asks them is withdrawn, so nobody else would wake it.
  else if (intent.status === 'in-doubt') await enqueue(trx, now, 'run.wake', run.id);
  return { recorded: true, outcome };
}

/**
 * Records the end of a side effect under its fence, once, with its ledger entry, in one transaction. It is also heard
 * after the run was lost with this in doubt: whoever holds the fence knows better than "nobody can tell".
 */
export async function recordOutcome(
  context: AuthorityContext,
  request: RequestOf<'outcome'>,
): Promise<ResponseOf<'outcome'>> {
  const answer = await context.db.transaction().execute(async (trx) => {
    const recorded = await recordIn(trx, context.now(), request);
    if (recorded.recorded) await followDoubts(trx, context, runOfAction(request.action));
    return recorded;
  });
  context.poke();
  return answer;
}
