import type { DecisionRecord } from '../../domain/decision.ts';
import type { Directory } from '../../domain/directory.ts';

/**
 * Why somebody's word counts no more, in words: they were deactivated or removed since. A shift that changed is no
 * reason: who was on call when they approved, approved.
 */
export function revokedSince(directory: Directory, { standing, gate }: DecisionRecord): string | undefined {
  const person = directory.people[standing.person];
  if (!person) return `${standing.person}, who approved ${gate}, was removed from the directory`;
  if (!person.active) return `${standing.person}, who approved ${gate}, was deactivated`;
  const lost = standing.memberships.filter(({ group }) => !directory.groups[group]?.members.includes(standing.person));
  return lost.length === standing.memberships.length && lost.length > 0
    ? `${standing.person}, who approved ${gate}, was removed from ${lost.map(({ group }) => group).join(', ')}`
    : undefined;
}
