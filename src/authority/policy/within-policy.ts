import type { GateOption } from '../../domain/gate.ts';
import type { ProposedBy } from '../../domain/plan.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
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
): Promise<{ options: GateOption[]; leftOut: string[]; forbidden: string | undefined }> {
  const within: GateOption[] = [];
  const leftOut: string[] = [];
  for (const option of options) {
    const rule = await requirementOf(db, context, run, [option], proposedBy);
    if ('forbidden' in rule) leftOut.push(rule.forbidden);
    else within.push(option);
  }
  const something = within.some(({ actions, manual }) => actions.length > 0 || manual !== null);
  return { options: within, leftOut, forbidden: leftOut.length > 0 && !something ? leftOut.join('; ') : undefined };
}
