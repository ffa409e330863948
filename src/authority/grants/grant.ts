import type { GrantAnswer } from '../../domain/grant.ts';
import { runOfAction } from '../../domain/ids.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { FUSE } from '../caps/fuse.ts';
import type { AuthorityContext } from '../context.ts';
import { halt } from '../halts/halt.ts';
import { shareHaltLock } from '../halts/halt-over.ts';
import { markHalted, markResumed } from '../halts/halted-run.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import type { RunRow } from '../runs/known-run.ts';
import { lockRun } from '../runs/lock-run.ts';
import type { ActionRow } from './approval.ts';
import { renewLocks } from './lock.ts';
import { mayBegin } from './may-begin.ts';
import { type GrantRequest, type Refused, refused } from './refused.ts';

type Judged = Exclude<GrantAnswer, { answer: 'refused' }> | Refused;

/** Added to a tool's own timeout: the side effect ends before its lease does. */
const LEASE_MARGIN_MS = 5000;

function leaseOf(context: AuthorityContext, tool: string): number {
  const timeout = context.manifest.tools.find((entry) => entry.name === tool)?.timeoutMs ?? 30_000;
  return timeout + (context.leaseMarginMs ?? LEASE_MARGIN_MS);
}

/** Of action id and digest, and of which way it goes: an undo is not a repeat of what it takes back. */
const idempotencyKeyOf = (action: ActionRow, { phase }: GrantRequest): string =>
  `${action.id}@${action.digest}${phase === 'undo' ? '/undo' : ''}`;

/** What an earlier attempt left: its end or its running lease, as an answer; or a lease that is over, whose end nobody knows. */
async function earlierAttempt(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  { phase, looked }: GrantRequest,
): Promise<Judged | { lostFence: number } | undefined> {
  const intent = await trx
    .selectFrom('intents')
    .selectAll()
    .where('action', '=', action.id)
    .where('phase', '=', phase)
    .executeTakeFirst();
  if (!intent) return undefined;
  if (intent.status === 'in-doubt')
    return refused('in-doubt', `nobody can tell whether ${action.id} (${phase}) happened; a person must look`);
  if (intent.status !== 'running')
    return { answer: 'done', outcome: intent.outcome ?? { status: intent.status, summary: '', postState: null } };
  // Its holder is alive and found nothing done: it is judged anew, and its fence rises as for anybody else.
  if (looked === intent.fence) return { lostFence: intent.fence };
  const left = intent.lease_until.getTime() - context.now().getTime();
  return left > 0 ? { answer: 'wait', run: action.run, retryAfterMs: left } : { lostFence: intent.fence };
}

/**
 * An attempt whose end nobody knows is looked into in any case. It is done again only where it would be granted now:
 * a row in the journal proves no approval, and a person may have cancelled or halted meanwhile.
 */
async function reconcile(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  run: RunRow,
  request: GrantRequest,
  lostFence: number,
): Promise<GrantAnswer> {
  const { phase } = request;
  const now = context.now();
  const mayRepeat = !('answer' in (await mayBegin(trx, context, action, run, request)));
  const fence = lostFence + 1;
  const leaseMs = leaseOf(context, action.tool);
  await trx
    .updateTable('intents')
    .set({ fence, lease_until: new Date(now.getTime() + leaseMs) })
    .where('action', '=', action.id)
    .where('phase', '=', phase)
    .execute();
  await renewLocks(trx, now, run.id);
  await append(trx, now, action.run, 'action.reconciling', { action: action.id, phase, fence });
  return { answer: 'reconcile', mayRepeat, fence, leaseMs, idempotencyKey: idempotencyKeyOf(action, request) };
}

/** Whether anything may be changed from here; also not what was begun before this Belay was started to look only. */
const placeProblem = ({ observeOnly }: AuthorityContext): Refused | undefined =>
  observeOnly ? refused('dry-run', 'this Belay was started with --observe; it changes nothing') : undefined;

async function judge(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  run: RunRow,
  request: GrantRequest,
): Promise<Judged> {
  const { phase } = request;
  const earlier = await earlierAttempt(trx, context, action, request);
  // What is done stays done, wherever it is asked from.
  if (earlier && 'answer' in earlier) return earlier;
  const elsewhere = placeProblem(context);
  if (elsewhere) return elsewhere;
  if (earlier) return await reconcile(trx, context, action, run, request, earlier.lostFence);
  const approval = await mayBegin(trx, context, action, run, request);
  if ('answer' in approval) return approval;

  const now = context.now();
  const leaseMs = leaseOf(context, action.tool);
  const { id, digest } = action;
  const { gate } = approval;
  const lease = { fence: 1, lease_until: new Date(now.getTime() + leaseMs), status: 'running' as const };
  await trx
    .insertInto('intents')
    .values({ action: id, phase, run: run.id, digest, ...lease, outcome: null, started_at: now, ended_at: null })
    .execute();
  await trx
    .updateTable('gates')
    .set({ state: 'executing' })
    .where('id', '=', gate.id)
    .where('state', '=', 'approved')
    .execute();
  await renewLocks(trx, now, run.id);
  if (phase === 'execute') await markResumed(trx, now, run);
  // Numbered, so that a database restored to before it is known to be behind, and does not do it again.
  const number = await nextNumber(trx, 'action.intended', run.id, id);
  const intended = { action: id, phase, digest, gate: gate.id, fence: 1, bundle: context.bundle().hash, number };
  await append(trx, now, run.id, 'action.intended', intended);
  return { answer: 'granted', leaseMs, fence: 1, idempotencyKey: idempotencyKeyOf(action, request) };
}

/** Refusals that pass: what was refused is asked for again. Any other leaves an item of a batch undone, and says why. */
const PASSING: readonly string[] = ['halted', 'no-lock', 'in-doubt', 'record-broken'];

/** A refusal is on record and leaves no intent; one by a halt leaves the run halted until that is lifted. */
async function refuse(trx: Trx, now: Date, run: RunRow, { action, phase }: GrantRequest, said: Refused): Promise<void> {
  const { code, message } = said;
  if (phase === 'execute' && !PASSING.includes(code))
    await trx
      .updateTable('list_items')
      .set({ problem: message.slice(0, 500) })
      .where('action', '=', action)
      .execute();
  await append(trx, now, run.id, 'grant.refused', { action, phase, code, message });
  if (code === 'halted') await markHalted(trx, now, run, action, message);
}

/**
 * "May I, now?" In one transaction, without network: halts, the record, approval, signatures, precondition, caps, lock;
 * then the intent. The halt lock comes first: a halt waits for the grants under way, and every later one sees it.
 */
export async function grant(context: AuthorityContext, request: GrantRequest): Promise<GrantAnswer> {
  const judged = await context.db.transaction().execute(async (trx): Promise<Judged> => {
    await shareHaltLock(trx);
    // What another server put in force is judged by from here on.
    await context.bundles?.().follow(trx);
    const run = await lockRun(trx, runOfAction(request.action));
    const action = await trx.selectFrom('actions').selectAll().where('id', '=', request.action).executeTakeFirst();
    if (!run || !action) return refused('unknown-action', `${request.action} was never previewed`);
    const answer = await judge(trx, context, action, run, request);
    if (answer.answer === 'refused') await refuse(trx, context.now(), run, request, answer);
    return answer;
  });
  context.poke();
  if (judged.answer !== 'refused' || judged.blows === undefined) return judged;
  // After the commit, since a halt waits for every grant under way; what refused this one refuses the others meanwhile.
  const { blows, ...answer } = judged;
  await halt(context, { scope: { kind: 'tool', value: blows }, undo: false, reason: answer.message }, FUSE);
  return answer;
}
