import { covers } from '../../domain/halt.ts';
import { isOver } from '../../domain/run.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { haltStanding } from '../halts/halt-standing.ts';
import { haltText } from '../halts/halt-text.ts';
import { sequenceProblem } from '../ledger/sequence.ts';
import type { RunRow } from '../runs/known-run.ts';
import { type ActionRow, type Approval, approvalOf } from './approval.ts';
import { executeProblem } from './execute-problem.ts';
import { lockProblem } from './lock-problem.ts';
import { type GrantRequest, type Refused, refused } from './refused.ts';
import { undoProblem } from './undo-problem.ts';

/** Whether the run may change anything at all now. */
function runProblem(run: RunRow, { phase }: GrantRequest): Refused | undefined {
  if (isOver(run.state)) return refused('run-over', `run ${run.id} is ${run.state}`);
  if (run.dry_run || run.mode === 'observe') return refused('dry-run', `run ${run.id} only looks; it changes nothing`);
  // A cancelled run begins nothing new; taking back what it did is what cancelling asks for.
  if (run.cancel && phase === 'execute')
    return refused('run-over', `run ${run.id} was cancelled by ${run.cancel.by.name}`);
  return undefined;
}

/** Whether the record stands, and what of it halts the action. A halt stops what would begin, never what takes back. */
async function recordProblem(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  run: RunRow,
  { phase }: GrantRequest,
): Promise<Refused | undefined> {
  const gap = await sequenceProblem(trx, context);
  if (gap !== undefined) return refused('record-broken', gap);
  const standing = await haltStanding(trx, context.key);
  if ('broken' in standing) return refused('record-broken', standing.broken);
  if (phase === 'undo') return undefined;
  const scoped = { runbook: run.runbook, tool: action.tool, targetKey: action.target_key };
  const halt = standing.inForce.find(({ scope }) => covers(scope, scoped));
  return halt && refused('halted', haltText(halt));
}

/** Everything that must hold right before a side effect, in an order in which the first that does not says the most. */
export async function mayBegin(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  run: RunRow,
  request: GrantRequest,
): Promise<Approval | Refused> {
  const closed = runProblem(run, request) ?? (await recordProblem(trx, context, action, run, request));
  if (closed) return closed;
  const approval = await approvalOf(trx, context, action, request.phase, run);
  if ('answer' in approval) return approval;
  const problem =
    request.phase === 'undo'
      ? await undoProblem(trx, action, run, approval)
      : await executeProblem(trx, context, action, approval, request);
  return problem ?? (await lockProblem(trx, action)) ?? approval;
}
