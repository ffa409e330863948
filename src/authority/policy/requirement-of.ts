import type { GateOption, Requirement } from '../../domain/gate.ts';
import type { AuthorityContext } from '../context.ts';

type Judged = Pick<GateOption, 'actions'>;

/**
 * What all options of a gate together need: one gate shows them all, so the strictest of each group holds for it.
 * Risk is the manifest's, whatever a preview claims; a tool the manifest does not know is taken for the worst.
 */
export function requirementOf(
  { policy, manifest }: Pick<AuthorityContext, 'policy' | 'manifest'>,
  options: readonly Judged[],
): Requirement | { forbidden: string } {
  let requirement = policy.choice;
  for (const action of options.flatMap((option) => option.actions)) {
    const risk = manifest.tools.find((tool) => tool.name === action.tool)?.risk ?? 'destructive';
    const judgement = policy.judge({ ...action, risk });
    if (judgement.say === 'forbid')
      return { forbidden: `${action.sentence}: ${judgement.message} (${judgement.rule})` };
    if (judgement.say === 'run') continue;
    const { needs, selfApproval, rule } = judgement.requirement;
    const merged = [...requirement.needs];
    for (const need of needs) {
      const at = merged.findIndex((other) => other.group === need.group);
      if (at < 0) merged.push(need);
      else if (need.count > (merged[at]?.count ?? 0)) merged[at] = need;
    }
    requirement = { v: 1, needs: merged, selfApproval: requirement.selfApproval && selfApproval, rule };
  }
  return requirement;
}
