import type { DecisionRecord } from './decision.ts';
import { inWords, openPlaces, type Requirement } from './requirement.ts';

export interface Asked {
  readonly requirement: Requirement;
  readonly option: string;
  /** Who asked for it, by their name in the directory: the run's requester, or whoever edited it. */
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

/** What is missing for an option after these decisions, in words; empty when the requirement is met. */
export function missingFor(asked: Asked, decisions: readonly DecisionRecord[]): string[] {
  const { needs } = asked.requirement;
  const all = needs.map((need) => need.group);
  const approvers = counting(asked, decisions).map(({ standing }) => {
    const groups = standing.memberships.map(({ group }) => group);
    const anywhere = groups.some((group) => asked.escalatedTo.includes(group));
    return { person: standing.person, groups: anywhere ? all : groups };
  });
  return inWords(openPlaces(needs, approvers));
}
