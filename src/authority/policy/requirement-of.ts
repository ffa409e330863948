import type { GateOption } from '../../domain/gate.ts';
import type { ProposedBy } from '../../domain/plan.ts';
import { type Requirement, stricter } from '../../domain/requirement.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import type { RunRow } from '../runs/known-run.ts';
import { policyRequestOf } from './policy-request-of.ts';

/** What asks nobody: the way a permit with `@gate("none")` is kept with a gate. Everything else is as for a choice. */
const unasked = (choice: Requirement, policies: readonly string[]): Requirement => ({
  ...choice,
  needs: [],
  breakGlass: [],
  escalate: [],
  stepUp: false,
  review: false,
  policies: [...new Set(policies)],
  rule: `runs unasked (${[...new Set(policies)].join(', ')})`,
});

/**
 * What all options of a gate together need now: one gate shows them all, so the strictest of each holds for it. A single
 * option whose every action runs unasked needs nobody (`needs` is empty); between several, somebody must still choose.
 */
export async function requirementOf(
  db: Database | Trx,
  context: AuthorityContext,
  run: RunRow,
  options: readonly Pick<GateOption, 'actions'>[],
  proposedBy: ProposedBy,
): Promise<Requirement | { forbidden: string }> {
  const { policy } = context.bundle();
  const actions = options.flatMap((option) => option.actions);
  let requirement: Requirement | undefined;
  const ran: string[] = [];
  for (const action of actions) {
    const judgement = policy.judge(await policyRequestOf(db, context, run, action, proposedBy));
    if (judgement.say === 'forbid')
      return { forbidden: `${action.sentence}: ${judgement.message} (${judgement.rule})` };
    if (judgement.say === 'run') ran.push(...judgement.policies);
    else requirement = requirement ? stricter(requirement, judgement.requirement) : judgement.requirement;
  }
  if (requirement) return requirement;
  return options.length === 1 && actions.length > 0 ? unasked(policy.choice, ran) : policy.choice;
}
