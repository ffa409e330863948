import type { GateOption } from '../../domain/gate.ts';
import type { ProposedBy } from '../../domain/plan.ts';
import { type Requirement, stricter } from '../../domain/requirement.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import type { RunRow } from '../runs/known-run.ts';
import { policyRequestOf } from './policy-request-of.ts';

/** What all options of a gate together need now: one gate shows them all, so the strictest of each holds for it. */
export async function requirementOf(
  db: Database | Trx,
  context: AuthorityContext,
  run: RunRow,
  options: readonly Pick<GateOption, 'actions'>[],
  proposedBy: ProposedBy,
): Promise<Requirement | { forbidden: string }> {
  const { policy } = context.bundle();
  let requirement: Requirement | undefined;
  for (const action of options.flatMap((option) => option.actions)) {
    const judgement = policy.judge(await policyRequestOf(db, context, run, action, proposedBy));
    if (judgement.say === 'forbid')
      return { forbidden: `${action.sentence}: ${judgement.message} (${judgement.rule})` };
    if (judgement.say === 'run') continue;
    requirement = requirement ? stricter(requirement, judgement.requirement) : judgement.requirement;
  }
  // Nothing to carry out, or nothing that policy asks about: somebody must still choose.
  return requirement ?? policy.choice;
}
