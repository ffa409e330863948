import { actionDigest } from '../../domain/action.ts';
import { canonicalJson } from '../../domain/digest.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { capProblem } from '../caps/cap-problem.ts';
import { fuseProblem } from '../caps/fuse.ts';
import type { AuthorityContext } from '../context.ts';
import { closeGate } from '../gates/close-gate.ts';
import type { ActionRow, Approval } from './approval.ts';
import { type GrantRequest, type Refused, refused } from './refused.ts';

/** The target must be as it was when people looked; the tool must be the one they were shown. */
export function changeOf(action: ActionRow, request: GrantRequest): Refused | undefined {
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
  // The items of a batch do not wait for each other; waves say how many begin at once.
  if (option.batch) return undefined;
  const ids = option.actions.map(({ id }) => id);
  const before = ids.slice(0, ids.indexOf(action.id));
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

/** An approval does not wait for ever to be used: what people saw ages, and so does what they meant. */
const ageProblem = (now: Date, { gate, completeAt, validForMs }: Approval): Refused | undefined =>
  gate.state === 'approved' && now.getTime() - completeAt.getTime() > validForMs
    ? refused(
        'approval-expired',
        `${gate.id} was approved at ${completeAt.toISOString()} and could be used for ${Math.round(validForMs / 60_000)} min; it was not used in time`,
      )
    : undefined;

/** What keeps an approved action from being begun now. What people approved and is no more is withdrawn for good. */
export async function executeProblem(
  trx: Trx,
  context: AuthorityContext,
  action: ActionRow,
  approval: Approval,
  request: GrantRequest,
): Promise<Refused | undefined> {
  const now = context.now();
  const problem = changeOf(action, request) ?? ageProblem(now, approval) ?? (await orderProblem(trx, action, approval));
  // Should the target come back, they are asked again and not taken at an old word.
  const over = problem?.code === 'drifted' || problem?.code === 'approval-expired';
  // One item of a batch that changed is left out, and says nothing of the others.
  if (over && approval.gate.state === 'approved' && (!approval.option.batch || problem.code === 'approval-expired'))
    await closeGate(trx, now, approval.gate.id, 'void', problem.message.slice(0, 500));
  if (problem) return problem;
  const { caps } = context.bundle();
  const capped = capProblem(caps, approval.sealed);
  if (capped !== undefined) return refused('over-cap', capped);
  const blown = await fuseProblem(trx, now, caps, action);
  return blown === undefined ? undefined : { ...refused('halted', blown), blows: action.tool };
}
