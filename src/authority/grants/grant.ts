import { actionDigest, type Phase } from '../../domain/action.ts';
import { signedPart } from '../../domain/decision.ts';
import { canonicalJson } from '../../domain/digest.ts';
import { missingFor } from '../../domain/gate.ts';
import type { GrantAnswer, RefusalCode } from '../../domain/grant.ts';
import { isOver } from '../../domain/run.ts';
import { keysOverlap } from '../../domain/target.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { decisionsOn, type GateRow } from '../gates/view.ts';
import { append } from '../ledger/append.ts';
import type { RequestOf } from '../protocol.ts';

/** Added to a tool's own timeout: the side effect ends before its lease does. */
const LEASE_MARGIN_MS = 5000;

type Refused = Extract<GrantAnswer, { answer: 'refused' }>;
const refused = (code: RefusalCode, message: string): Refused => ({ answer: 'refused', code, message });

async function actionRow(trx: Trx, id: string) {
  return await trx.selectFrom('actions').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}
type ActionRow = NonNullable<Awaited<ReturnType<typeof actionRow>>>;

/** What an earlier attempt left: its end, its running lease, or a lease that is over and must be looked into. */
async function earlierAttempt(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  phase: Phase,
): Promise<GrantAnswer | undefined> {
  const now = context.now();
  const intent = await trx
    .selectFrom('intents')
    .selectAll()
    .where('action', '=', action.id)
    .where('phase', '=', phase)
    .forUpdate()
    .executeTakeFirst();
  if (!intent) return undefined;
  if (intent.status === 'in-doubt')
    return refused('in-doubt', `nobody can tell whether ${action.id} (${phase}) happened; a person must look`);
  if (intent.status !== 'running')
    return { answer: 'done', outcome: intent.outcome ?? { status: intent.status, summary: '', postState: null } };
  const left = intent.lease_until.getTime() - now.getTime();
  if (left > 0) return { answer: 'wait', run: action.run, retryAfterMs: left };
  const fence = intent.fence + 1;
  const leaseMs = leaseOf(context, action.tool);
  await trx
    .updateTable('intents')
    .set({ fence, lease_until: new Date(now.getTime() + leaseMs) })
    .where('action', '=', action.id)
    .where('phase', '=', phase)
    .execute();
  await append(trx, now, action.run, 'action.reconciling', { action: action.id, phase, fence });
  return { answer: 'reconcile', fence, leaseMs, idempotencyKey: `${action.id}@${action.digest}` };
}

function leaseOf(context: AuthorityContext, tool: string): number {
  const timeout = context.manifest.tools.find((entry) => entry.name === tool)?.timeoutMs ?? 30_000;
  return timeout + (context.leaseMarginMs ?? LEASE_MARGIN_MS);
}

/** The gate that opened this very action: its chosen option holds the action id with this digest. */
async function approvedGate(trx: Trx, action: ActionRow): Promise<GateRow | undefined> {
  const gates = await trx
    .selectFrom('gates')
    .selectAll()
    .where('run', '=', action.run)
    .where('state', 'in', ['approved', 'executing', 'done', 'in-doubt'])
    .forUpdate()
    .execute();
  return gates.find((gate) =>
    gate.options.some(
      (option) =>
        option.id === gate.chosen &&
        option.actions.some((entry) => entry.id === action.id && entry.digest === action.digest),
    ),
  );
}

async function approval(
  trx: Trx,
  context: AuthorityContext,
  gate: GateRow,
  requester: string,
): Promise<Refused | undefined> {
  const option = gate.options.find((candidate) => candidate.id === gate.chosen);
  const decisions = await decisionsOn(trx, gate.id);
  const forged = decisions.find(
    (decision) => !context.key.verify(signedPart(decision), decision.keyId, decision.signature),
  );
  if (forged)
    return refused(
      'bad-signature',
      `the decision of ${forged.person.id} on ${gate.id} does not carry the authority's signature`,
    );
  const counted = decisions.filter((decision) => decision.digest === option?.digest && decision.gate === gate.id);
  const missing = option ? missingFor(gate.requirement, counted, option.id, requester) : ['an option'];
  return missing.length > 0 ? refused('not-approved', `${gate.id} lacks ${missing.join(', ')}`) : undefined;
}

async function locked(trx: Trx, action: ActionRow): Promise<Refused | undefined> {
  const locks = await trx.selectFrom('locks').selectAll().execute();
  const overlapping = locks.filter((lock) => keysOverlap(lock.key, action.target_key));
  const other = overlapping.find((lock) => lock.run !== action.run);
  if (other) return refused('no-lock', `${action.target_key} is locked by run ${other.run}`);
  return overlapping.length === 0
    ? refused('no-lock', `run ${action.run} does not hold the lock of ${action.target_key}`)
    : undefined;
}

/** The target must be as it was when people looked; the tool must be the one they were shown. */
function unchanged(action: ActionRow, request: RequestOf<'grant'>): Refused | undefined {
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

async function judge(
  trx: Trx,
  context: AuthorityContext,
  request: RequestOf<'grant'>,
): Promise<{ answer: GrantAnswer; run: string | undefined }> {
  const { phase } = request;
  const action = await actionRow(trx, request.action);
  if (!action) return { answer: refused('unknown-action', `${request.action} was never previewed`), run: undefined };
  const run = await trx.selectFrom('runs').selectAll().where('id', '=', action.run).executeTakeFirstOrThrow();
  const of = (answer: GrantAnswer) => ({ answer, run: run.id });

  const earlier = await earlierAttempt(trx, context, action, phase);
  if (earlier) return of(earlier);
  if (isOver(run.state)) return of(refused('run-over', `run ${run.id} is ${run.state}`));
  if (run.dry_run || run.mode === 'observe')
    return of(refused('dry-run', `run ${run.id} only looks; it changes nothing`));
  // A cancelled run begins nothing new; taking back what it did is what cancelling asks for.
  if (run.cancel && phase === 'execute')
    return of(refused('run-over', `run ${run.id} was cancelled by ${run.cancel.by.name}`));

  const gate = await approvedGate(trx, action);
  if (!gate) return of(refused('not-approved', `no open approval covers ${action.id} with digest ${action.digest}`));
  const unapproved = await approval(trx, context, gate, run.requester.id);
  if (unapproved) return of(unapproved);
  if (phase === 'undo') {
    const done = await trx
      .selectFrom('intents')
      .select('status')
      .where('action', '=', action.id)
      .where('phase', '=', 'execute')
      .executeTakeFirst();
    if (done?.status !== 'done') return of(refused('undo-without-effect', `${action.id} has no effect to take back`));
  } else {
    const drifted = unchanged(action, request);
    if (drifted) return of(drifted);
  }
  const lockless = await locked(trx, action);
  if (lockless) return of(lockless);

  const now = context.now();
  const leaseMs = leaseOf(context, action.tool);
  await trx
    .insertInto('intents')
    .values({
      action: action.id,
      phase,
      run: run.id,
      digest: action.digest,
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
  await append(trx, now, run.id, 'action.intended', {
    action: action.id,
    phase,
    digest: action.digest,
    gate: gate.id,
    fence: 1,
  });
  return of({ answer: 'granted', leaseMs, fence: 1, idempotencyKey: `${action.id}@${action.digest}` });
}

/** "May I, now?" In one transaction, without network: approval, signatures, precondition, lock; then the intent. */
export async function grant(context: AuthorityContext, request: RequestOf<'grant'>): Promise<GrantAnswer> {
  return await context.db.transaction().execute(async (trx) => {
    const { answer, run } = await judge(trx, context, request);
    if (answer.answer === 'refused' && run !== undefined) {
      const { code, message } = answer;
      await append(trx, context.now(), run, 'grant.refused', {
        action: request.action,
        phase: request.phase,
        code,
        message,
      });
    }
    return answer;
  });
}
