import type { Directory } from '../../domain/directory.ts';
import { type Need, type Requirement, stricter } from '../../domain/requirement.ts';
import { TEAM_OWNER } from './gate-expression.ts';
import type { PermitTerms } from './permit-terms.ts';

/** A permit that matched, with what it asks for. */
export interface Asking {
  readonly id: string;
  readonly terms: PermitTerms;
}

/** Each group once: `2 of sre, 1 of team-owner` is three of `sre` where they own the target. */
function merged(needs: readonly Need[]): Need[] {
  const counts = new Map<string, number>();
  for (const { count, group } of needs) counts.set(group, (counts.get(group) ?? 0) + count);
  return [...counts].map(([group, count]) => ({ count, group }));
}

const list = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** A requirement in words, for cards and the record: `team: 1 of approvers, not the requester (production)`. */
function ruleText(set: string, requirement: Omit<Requirement, 'rule'>): string {
  const { needs, selfApproval, stepUp, denials, review, policies } = requirement;
  const parts = [
    list(needs.map(({ count, group }) => `${count} of ${group}`)),
    selfApproval ? 'the requester may be one of them' : 'not the requester',
    ...(stepUp ? ['each with a passkey'] : []),
    ...(denials > 1 ? [`${denials} denials end it`] : []),
    ...(review ? ['listed for review'] : []),
  ];
  return `${set}: ${parts.join(', ')} (${policies.join(', ')})`;
}

/**
 * What all permits that matched ask for together. `team-owner` is the group that the target's tag `team` names.
 * `unknownTeam`: some permit asks for it, and there is no such tag or no such group.
 */
export function requirementFrom(
  set: string,
  asking: readonly Asking[],
  team: string,
  directory: Directory,
): Requirement | { unknownTeam: readonly string[] } | undefined {
  const named = (group: string): string => (group === TEAM_OWNER ? team : group);
  const lost = asking.filter(
    ({ terms }) =>
      [...terms.needs, ...terms.escalate].some(({ group }) => group === TEAM_OWNER) ||
      terms.breakGlass.includes(TEAM_OWNER),
  );
  if (lost.length > 0 && !Object.hasOwn(directory.groups, team)) return { unknownTeam: lost.map(({ id }) => id) };
  const all = asking.map(({ id, terms }): Requirement => ({
    v: 2,
    ...terms,
    needs: merged(terms.needs.map(({ count, group }) => ({ count, group: named(group) }))),
    breakGlass: terms.breakGlass.map(named),
    escalate: terms.escalate.map(({ afterMs, group }) => ({ afterMs, group: named(group) })),
    policies: [id],
    rule: '',
  }));
  const [first, ...rest] = all;
  if (!first) return undefined;
  const together = rest.reduce(stricter, first);
  const remindAfterMs = together.remindAfterMs.filter((at) => at < together.expiresAfterMs);
  return { ...together, remindAfterMs, rule: ruleText(set, together) };
}
