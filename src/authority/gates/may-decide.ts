import type { DecisionAnswer, DecisionKind } from '../../domain/decision.ts';
import type { Directory } from '../../domain/directory.ts';
import { type Asked, groupsOf } from '../../domain/quorum.ts';
import type { Standing } from '../../domain/standing.ts';
import type { Uncounted } from '../people/standing.ts';

export type Refusal = Extract<DecisionAnswer, { answer: 'refused' }>;
export const refuse = (why: Refusal['why'], message: string): Refusal => ({ answer: 'refused', why, message });

/**
 * Kinds that bring something about in other people's name. To stop, to ask for something else and to say what one did
 * needs no second pair of eyes; break-glass is what one person does alone.
 */
const NEEDS_ANOTHER: readonly DecisionKind[] = ['approve', 'choose'];

const hasNobody = (directory: Directory, groups: readonly string[]): boolean =>
  groups.every((group) => (directory.groups[group]?.members.length ?? 0) === 0);

/** For somebody whom the directory lists, and an outside list does not or is silent about. */
const whyNot = (uncounted: readonly Uncounted[], groups: readonly string[]): string =>
  uncounted
    .filter(({ group }) => groups.includes(group))
    .map(({ group, why }) => ` The directory lists you in ${group}, but ${why}.`)
    .join('');

/** Whether this person's word counts on a gate, before what they say is looked at. */
export function mayDecide(
  directory: Directory,
  asked: Asked,
  standing: Standing,
  decision: DecisionKind,
  uncounted: readonly Uncounted[] = [],
): Refusal | undefined {
  const { requirement, requesters, escalatedTo } = asked;
  const { person } = standing;
  const needed = requirement.needs.map(({ group }) => group);
  const forcing = decision === 'break-glass';
  const groups = forcing ? requirement.breakGlass : needed;
  if (forcing && groups.length === 0) return refuse('not-an-approver', 'Policy lets nobody force this.');
  const names = [...new Set([...groups, ...(forcing ? [] : escalatedTo)])].join(', ');
  if (hasNobody(directory, [...groups, ...escalatedTo]))
    return refuse(
      'not-an-approver',
      `Nobody may decide this: ${names || 'the rule'} has no members in Belay's directory (BELAY_APPROVERS, or the directory file).`,
    );
  const own = forcing ? standing.memberships.map(({ group }) => group) : groupsOf(asked, standing);
  if (!own.some((group) => groups.includes(group)))
    return refuse(
      'not-an-approver',
      `${person} is not in ${names} now; this changed nothing.${whyNot(uncounted, [...groups, ...escalatedTo])}`,
    );
  if (!requirement.selfApproval && requesters.includes(person) && NEEDS_ANOTHER.includes(decision))
    return refuse('not-an-approver', 'You asked for this, so somebody else must decide it.');
  return undefined;
}
