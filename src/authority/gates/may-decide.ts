import type { DecisionAnswer, DecisionKind } from '../../domain/decision.ts';
import type { Directory } from '../../domain/directory.ts';
import type { Asked } from '../../domain/quorum.ts';
import type { Standing } from '../../domain/standing.ts';

export type Refusal = Extract<DecisionAnswer, { answer: 'refused' }>;
export const refuse = (why: Refusal['why'], message: string): Refusal => ({ answer: 'refused', why, message });

/** Whether this person's word counts on a gate, before what they say is looked at. */
export function mayDecide(
  directory: Directory,
  { requirement, requesters, escalatedTo }: Asked,
  { person, memberships }: Standing,
  decision: DecisionKind,
): Refusal | undefined {
  const wanted = [...requirement.needs.map(({ group }) => group), ...escalatedTo];
  const groups = decision === 'break-glass' ? requirement.breakGlass : wanted;
  const names = [...new Set(groups)].join(', ');
  if (decision === 'break-glass' && groups.length === 0)
    return refuse('not-an-approver', 'Policy lets nobody force this.');
  if (groups.every((group) => (directory.groups[group]?.members.length ?? 0) === 0))
    return refuse(
      'not-an-approver',
      `Nobody may decide this: ${names} has no members in Belay's directory (BELAY_APPROVERS, or the directory file).`,
    );
  if (!memberships.some(({ group }) => groups.includes(group)))
    return refuse('not-an-approver', `${person} is not in ${names} now; this changed nothing.`);
  if (!requirement.selfApproval && requesters.includes(person) && decision !== 'break-glass')
    return refuse('not-an-approver', 'You asked for this, so somebody else must decide it.');
  return undefined;
}
