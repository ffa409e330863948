import type { DecisionRecord } from './decision.ts';
import { type Approver, countsOf, inWords, openPlaces, placesOfEscalation, type Requirement } from './requirement.ts';

export interface Asked {
  readonly requirement: Requirement;
  readonly option: string;
  /** Who asked for it, by their names in the directory: the run's requester, and whoever edited it. */
  readonly requesters: readonly string[];
  /** Groups that were asked in the place of others since it opened. */
  readonly escalatedTo: readonly string[];
}

/** The approvals that count for an option: of people who may, each once, as strong as asked. */
export function counting(
  { requirement, option, requesters }: Asked,
  decisions: readonly DecisionRecord[],
): DecisionRecord[] {
  return decisions.filter(
    (one) =>
      one.decision === 'approve' &&
      one.option === option &&
      (requirement.selfApproval || !requesters.includes(one.standing.person)) &&
      (!requirement.stepUp || one.strength === 'step-up'),
  );
}

/** The groups in whose places somebody sits: their own, and those that a group of theirs was asked in the place of. */
export function groupsOf(
  { requirement, escalatedTo }: Pick<Asked, 'requirement' | 'escalatedTo'>,
  { memberships }: DecisionRecord['standing'],
): string[] {
  const own = memberships.map(({ group }) => group);
  const inPlaceOf = requirement.escalate
    .filter(({ group }) => escalatedTo.includes(group) && own.includes(group))
    .flatMap((escalation) => placesOfEscalation(requirement, escalation));
  return [...new Set([...own, ...inPlaceOf])];
}

/** The places that are open for an option after these decisions, as groups; one entry per place. */
export function placesOpenFor(asked: Asked, decisions: readonly DecisionRecord[]): string[] {
  const approvers = counting(asked, decisions).map(({ standing }): Approver => ({
    person: standing.person,
    groups: groupsOf(asked, standing),
  }));
  return openPlaces(asked.requirement.needs, approvers);
}

/** What is missing for an option after these decisions, in words; empty when the requirement is met. One that needs nobody is. */
export const missingFor = (asked: Asked, decisions: readonly DecisionRecord[]): string[] =>
  inWords(placesOpenFor(asked, decisions));

/** The same under several requirements at once, all of which must be met: of each group the most that one of them lacks. */
export function missingForAll(
  requirements: readonly Requirement[],
  asked: Omit<Asked, 'requirement'>,
  decisions: readonly DecisionRecord[],
): string[] {
  const most = new Map<string, number>();
  for (const requirement of requirements) {
    for (const [group, count] of countsOf(placesOpenFor({ ...asked, requirement }, decisions)))
      most.set(group, Math.max(count, most.get(group) ?? 0));
  }
  return inWords([...most].flatMap(([group, count]) => Array.from({ length: count }, () => group)));
}
