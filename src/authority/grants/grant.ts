import { actionDigest } from '../../domain/action.ts';
import { canonicalJson } from '../../domain/digest.ts';
import { keyCovers, keysOverlap } from '../../domain/target.ts';
import { type GrantAnswer, type RefusalCode } from '../../domain/grant.ts';
import { runOfAction } from '../../domain/ids.ts';
import { isOver } from '../../domain/run.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { closeGate } from '../gates/close-gate.ts';
import { append } from '../ledger/append.ts';
import type { RequestOf } from '../protocol.ts';
import type { RunRow } from '../runs/known-run.ts';
import { lockRun } from '../runs/lock-run.ts';
import { type ActionRow, approvalOf, type Approval } from './approval.ts';

/** Added to a tool's own timeout: the side effect ends before its lease does. */
const LEASE_MARGIN_MS = 5000;

type Request = RequestOf<'grant'>;
type Refused = Extract<GrantAnswer, { answer: 'refused' }>;
const refused = (code: RefusalCode, message: string): Refused => ({ answer: 'refused', code, message });

function leaseOf(context: AuthorityContext, tool: string): number {
  const timeout = context.manifest.tools.find((entry) => entry.name === tool)?.timeoutMs ?? 30_000;
  return timeout + (context.leaseMarginMs ?? LEASE_MARGIN_MS);
}

/** Of action id and digest, and of which way it goes: an undo is not a repeat of what it takes back. */
const idempotencyKeyOf = (action: ActionRow, { phase }: Request): string =>
  `${action.id}@${action.digest}${phase === 'undo' ? '/undo' : ''}`;

/** What an earlier attempt left: its end or its running lease, as an answer; or a lease that is over, whose end nobody knows. */
async function earlierAttempt(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  { phase }: Request,
): Promise<GrantAnswer | { lostFence: number } | undefined> {
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
  const left = intent.lease_until.getTime() - context.now().getTime();
  return left > 0 ? { answer: 'wait', run: action.run, retryAfterMs: left } : { lostFence: intent.fence };
}

/**
 * An attempt whose end nobody knows is looked into in any case. It is done again only where it would be granted now:
 * a row in the journal proves no approval, and a person may have cancelled meanwhile.
 */
async function reconcile(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  run: RunRow,
  request: Request,
  lostFence: number,
): Promise<GrantAnswer> {
  const { phase } = request;
  const now = context.now();
  const approval = await approvalOf(trx, context, action, phase, run);
  const approved = 'gate' in approval && runProblem(run, request) === undefined;
  const unchanged = phase === 'undo' ? await undoProblem(trx, action) : changeOf(action, request);
  const mayRepeat = approved && unchanged === undefined && (await lockProblem(trx, action)) === undefined;
  const fence = lostFence + 1;
  const leaseMs = leaseOf(context, action.tool);
  await trx
    .updateTable('intents')
    .set({ fence, lease_until: new Date(now.getTime() + leaseMs) })
    .where('action', '=', action.id)
    .where('phase', '=', phase)
    .execute();
  await append(trx, now, action.run, 'action.reconciling', { action: action.id, phase, fence });
  return { answer: 'reconcile', mayRepeat, fence, leaseMs, idempotencyKey: idempotencyKeyOf(action, request) };
}

/** The run must hold the target or a parent of it; a lock of a part of it keeps nobody out of the rest. */
async function lockProblem(trx: Trx, action: ActionRow): Promise<Refused | undefined> {
  const locks = await trx.selectFrom('locks').selectAll().execute();
  const key = action.target_key;
  const other = locks.find((lock) => lock.run !== action.run && keysOverlap(lock.key, key));
  if (other) return refused('no-lock', `${key} is locked by run ${other.run}`);
  return locks.some((lock) => lock.run === action.run && keyCovers(lock.key, key))
    ? undefined
    : refused('no-lock', `run ${action.run} does not hold the lock of ${key}`);
}

/** The target must be as it was when people looked; the tool must be the one they were shown. */
function changeOf(action: ActionRow, request: Request): Refused | undefined {
  const { preview } = action;
  if (request.toolSchemaHash !== preview.toolSchemaHash)
    return refused('digest-mismatch', `${action.tool} is another version now than the one that was approved`);
  if (canonicalJson(request.observed) !== canonicalJson(preview.precondition))
    return refused(
      'drifted',
      `${preview.target.name} changed since it was approved: expected ${canonicalJson(preview.precondition)}, found ${canonicalJson(request.observed)}`,
    );
  const digest = actionDigest({ ...preview, precondition: request.observed });
  return digest === action.digest ? undefined : refused('digest-mismatch', `${action.id} is not what was approved`);
}

/** The option was approved as a whole and in its order: an action begins when those before it are done. */
async function orderProblem(trx: Trx, action: ActionRow, { option }: Approval): Promise<Refused | undefined> {
  const before = option.actions
    .map(({ id }) => id)
    .slice(
      0,
      option.actions.findIndex(({ id }) => id === action.id),
    );
  if (before.length === 0) return undefined;
  const done = await trx
    .selectFrom('intents')
    .select('action')
    .where('action', 'in', before)
    .where('phase', '=', 'execute')
    .where('status', '=', 'done')
    .execute();
  const missing = before.find((id) => !done.some((intent) => intent.action === id));
  return missing === undefined
    ? undefined
    : refused('not-approved', `${action.id} was approved to follow ${missing}, which is not done`);
}

async function executeProblem(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  approval: Approval,
  request: Request,
): Promise<Refused | undefined> {
  const problem = changeOf(action, request) ?? (await orderProblem(trx, action, approval));
  // What people approved is no more; should it come back, they are asked again and not taken at an old word.
  if (problem?.code === 'drifted' && approval.gate.state === 'approved')
    await closeGate(trx, context.now(), approval.gate.id, 'void', problem.message.slice(0, 500));
  return problem;
}

async function undoProblem(trx: Trx, action: ActionRow): Promise<Refused | undefined> {
  const executed = await trx
    .selectFrom('intents')
    .select('status')
    .where('action', '=', action.id)
    .where('phase', '=', 'execute')
    .executeTakeFirst();
  return executed?.status === 'done'
    ? undefined
    : refused('undo-without-effect', `${action.id} has no effect to take back`);
}

/** Whether anything may be changed from here; also not what was begun before this Belay was started to look only. */
const placeProblem = ({ observeOnly }: AuthorityContext): Refused | undefined =>
  observeOnly ? refused('dry-run', 'this Belay was started with --observe; it changes nothing') : undefined;

/** Whether the run may change anything at all now. */
function runProblem(run: RunRow, { phase }: Request): Refused | undefined {
  if (isOver(run.state)) return refused('run-over', `run ${run.id} is ${run.state}`);
  if (run.dry_run || run.mode === 'observe') return refused('dry-run', `run ${run.id} only looks; it changes nothing`);
  // A cancelled run begins nothing new; taking back what it did is what cancelling asks for.
  if (run.cancel && phase === 'execute')
    return refused('run-over', `run ${run.id} was cancelled by ${run.cancel.by.name}`);
  return undefined;
}

async function judge(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  run: RunRow,
  request: Request,
): Promise<GrantAnswer> {
  const { phase } = request;
  const earlier = await earlierAttempt(trx, context, action, request);
  // What is done stays done, wherever it is asked from.
  if (earlier && 'answer' in earlier) return earlier;
  const elsewhere = placeProblem(context);
  if (elsewhere) return elsewhere;
  if (earlier) return await reconcile(trx, context, action, run, request, earlier.lostFence);
  const closed = runProblem(run, request);
  if (closed) return closed;
  const approval = await approvalOf(trx, context, action, phase, run);
  if (!('gate' in approval)) return refused(approval.code, approval.message);
  const problem =
    phase === 'undo' ? await undoProblem(trx, action) : await executeProblem(trx, context, action, approval, request);
  const refusal = problem ?? (await lockProblem(trx, action));
  if (refusal) return refusal;

  const now = context.now();
  const leaseMs = leaseOf(context, action.tool);
  const { id, digest } = action;
  const { gate } = approval;
  await trx
    .insertInto('intents')
    .values({
      action: id,
      phase,
      run: run.id,
      digest,
      fence: 1,
      lease_until: new Date(now.getTime() + leaseMs),
      status: 'running',
      outcome: null,
      started_at: now,
      ended_at: null,
    })
    .execute();
  await trx
    .updateTable('gates')
    .set({ state: 'executing' })
    .where('id', '=', gate.id)
    .where('state', '=', 'approved')
    .execute();
  await append(trx, now, run.id, 'action.intended', { action: id, phase, digest, gate: gate.id, fence: 1 });
  return { answer: 'granted', leaseMs, fence: 1, idempotencyKey: idempotencyKeyOf(action, request) };
}

/** "May I, now?" In one transaction, without network: approval, signatures, precondition, lock; then the intent. */
export async function grant(context: AuthorityContext, request: Request): Promise<GrantAnswer> {
  const answer = await context.db.transaction().execute(async (trx): Promise<GrantAnswer> => {
    const run = await lockRun(trx, runOfAction(request.action));
    const action = await trx.selectFrom('actions').selectAll().where('id', '=', request.action).executeTakeFirst();
    if (!run || !action) return refused('unknown-action', `${request.action} was never previewed`);
    const judged = await judge(trx, context, action, run, request);
    if (judged.answer === 'refused') {
      const { code, message } = judged;
      const { phase } = request;
      await append(trx, context.now(), run.id, 'grant.refused', { action: action.id, phase, code, message });
    }
    return judged;
  });
  context.poke();
  return answer;
}
