import type { GateOption } from '../../domain/gate.ts';
import type { ProposedBy } from '../../domain/plan.ts';
import { type Requirement, stricter } from '../../domain/requirement.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import { kindsOf } from '../batches/kinds-of.ts';
import type { AuthorityContext } from '../context.ts';
import type { RunRow } from '../runs/known-run.ts';
import { circumstancesOf, type Circumstances, type Judged, policyRequestOf } from './policy-request-of.ts';

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

type Asked = readonly Pick<GateOption, 'actions' | 'batch'>[];

/** What policy asks for these actions together: the strictest of each. `single`: nobody has to choose between options. */
export function requirementFor(
  context: AuthorityContext,
  run: RunRow,
  actions: readonly Judged[],
  { proposedBy, circumstances, single }: { proposedBy: ProposedBy; circumstances: Circumstances; single: boolean },
): Requirement | { forbidden: string } {
  const { policy } = context.bundle();
  let requirement: Requirement | undefined;
  const ran: string[] = [];
  for (const action of actions) {
    const judgement = policy.judge(policyRequestOf(context, run, action, proposedBy, circumstances));
    if (judgement.say === 'forbid')
      return { forbidden: `${action.sentence}: ${judgement.message} (${judgement.rule})` };
    if (judgement.say === 'run') ran.push(...judgement.policies);
    else requirement = requirement ? stricter(requirement, judgement.requirement) : judgement.requirement;
  }
  if (requirement) return requirement;
  return single && actions.length > 0 ? unasked(policy.choice, ran) : policy.choice;
}

/**
 * What all options of a gate together need now: one gate shows them all, so the strictest of each holds for it. A single
 * option whose every action runs unasked needs nobody (`needs` is empty); between several, somebody must still choose. Of
 * a batch one action of each kind is asked about here, and each by itself when it is granted.
 */
export async function requirementOf(
  db: Database | Trx,
  context: AuthorityContext,
  run: RunRow,
  options: Asked,
  proposedBy: ProposedBy,
): Promise<Requirement | { forbidden: string }> {
  const actions: Judged[] = [];
  for (const option of options) actions.push(...(option.batch ? await kindsOf(db, option.batch) : option.actions));
  const circumstances = await circumstancesOf(db, context, run);
  return requirementFor(context, run, actions, { proposedBy, circumstances, single: options.length === 1 });
}
