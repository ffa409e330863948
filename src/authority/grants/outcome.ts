import type { Phase } from '../../domain/action.ts';
import type { ActionOutcome } from '../../domain/grant.ts';
import { Failure } from '../../domain/failure.ts';
import { runOfAction } from '../../domain/ids.ts';
import type { LedgerKind } from '../../domain/ledger.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { knownRun } from '../runs/known-run.ts';

function kindOf(phase: Phase, status: ActionOutcome['status']): LedgerKind {
  if (status === 'in-doubt') return 'action.in-doubt';
  if (phase === 'undo') return status === 'done' ? 'action.undone' : 'action.undo-failed';
  return status === 'done' ? 'action.executed' : 'action.failed';
}

/** Moves the gate along: in doubt as soon as one action is, done when every action of the chosen option has ended. */
async function settleGate(trx: Trx, run: string): Promise<void> {
  const gate = await trx
    .selectFrom('gates')
    .selectAll()
    .where('run', '=', run)
    .where('state', '=', 'executing')
    .executeTakeFirst();
  const ids = gate?.options.find((option) => option.id === gate.chosen)?.actions.map((action) => action.id) ?? [];
  if (!gate || ids.length === 0) return;
  const intents = await trx
    .selectFrom('intents')
    .select('status')
    .where('action', 'in', ids)
    .where('phase', '=', 'execute')
    .execute();
  const doubtful = intents.some((intent) => intent.status === 'in-doubt');
  const ended = intents.filter((intent) => intent.status !== 'running').length;
  if (doubtful || ended === ids.length)
    await trx
      .updateTable('gates')
      .set({ state: doubtful ? 'in-doubt' : 'done' })
      .where('id', '=', gate.id)
      .execute();
}

/** Records the end of a side effect under its fence, with its ledger entry, in one transaction. */
export async function recordOutcome(
  context: AuthorityContext,
  request: RequestOf<'outcome'>,
): Promise<ResponseOf<'outcome'>> {
  const now = context.now();
  const { action, phase, fence, reconciled } = request;
  const outcome: ActionOutcome = { ...request.outcome, postState: request.outcome.postState ?? null };
  const answer = await context.db.transaction().execute(async (trx) => {
    const intent = await trx
      .selectFrom('intents')
      .selectAll()
      .where('action', '=', action)
      .where('phase', '=', phase)
      .forUpdate()
      .executeTakeFirst();
    if (!intent || intent.fence !== fence || intent.status !== 'running')
      return { recorded: false, outcome: intent?.outcome ?? null };
    const { status } = outcome;
    await trx
      .updateTable('intents')
      .set({ status, outcome: JSON.stringify(outcome), ended_at: now })
      .where('action', '=', action)
      .where('phase', '=', phase)
      .execute();
    await append(trx, now, intent.run, kindOf(phase, status), {
      action,
      phase,
      digest: intent.digest,
      summary: outcome.summary,
      fence,
      reconciled,
    });
    await settleGate(trx, intent.run);
    const gates = await trx
      .selectFrom('gates')
      .select('id')
      .where('run', '=', runOfAction(action))
      .where('chosen', 'is not', null)
      .execute();
    for (const gate of gates) await enqueue(trx, now, 'gate.card', gate.id);
    return { recorded: true, outcome };
  });
  context.poke();
  return answer;
}

/** The run stops trying. An intent without an end is in doubt from now; without an intent, nothing was begun. */
export async function giveUp(context: AuthorityContext, request: RequestOf<'giveUp'>): Promise<ResponseOf<'giveUp'>> {
  const { action, phase, message } = request;
  const run = await knownRun(context.db, request);
  if (runOfAction(action) !== run.id) throw new Failure('stop.invalid-input', `action: ${action} is not of ${run.id}`);
  const intent = await context.db
    .selectFrom('intents')
    .selectAll()
    .where('action', '=', action)
    .where('phase', '=', phase)
    .executeTakeFirst();
  if (!intent) return { begun: false, outcome: null };
  if (intent.status !== 'running')
    return { begun: true, outcome: intent.outcome ?? { status: intent.status, summary: message, postState: null } };
  const outcome = { status: 'in-doubt' as const, summary: message, postState: null };
  const answer = await recordOutcome(context, { action, phase, fence: intent.fence, outcome, reconciled: false });
  return { begun: true, outcome: answer.outcome ?? outcome };
}
