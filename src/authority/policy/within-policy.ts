import type { GateOption } from '../../domain/gate.ts';
import type { ProposedBy } from '../../domain/plan.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { leaveOut, type LeftOver } from '../gates/leave-out.ts';
import type { RunRow } from '../runs/known-run.ts';
import { requirementOf } from './requirement-of.ts';

/**
 * The options that policy lets people be asked about, and in words what is left out because it is forbidden: what may
 * not be done must not keep what may from being asked. `forbidden` where nothing that could be done is left.
 */
export async function withinPolicy(
  db: Database | Trx,
  context: AuthorityContext,
  run: RunRow,
  options: readonly GateOption[],
  proposedBy: ProposedBy,
): Promise<LeftOver> {
  const judged: Parameters<typeof leaveOut>[0][number][] = [];
  for (const option of options) {
    const rule = await requirementOf(db, context, run, [option], proposedBy);
    judged.push({ option, problem: 'forbidden' in rule ? rule.forbidden : undefined });
  }
  return leaveOut(judged);
}
