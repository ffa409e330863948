import type { DecisionRecord } from '../../domain/decision.ts';
import { type Directory, listedIn } from '../../domain/directory.ts';

/**
 * Why somebody's word counts no more, in words: since they gave it they were deactivated or removed, what they gave it
 * through was taken from them, or no group that it counted for lists them any more. A shift that changed is no reason: who
 * was on call when they approved, approved.
 */
export function revokedSince(directory: Directory, record: DecisionRecord): string | undefined {
  const { standing, gate, person } = record;
  const who = `${standing.person}, who approved ${gate},`;
  const entry = Object.hasOwn(directory.people, standing.person) ? directory.people[standing.person] : undefined;
  if (!entry) return `${who} was removed from the directory`;
  if (!entry.active) return `${who} was deactivated`;
  if (!entry.identities.includes(person.id)) return `${who} did so as ${person.id}, which is theirs no more`;
  const { standing: left } = stillListed(directory, record);
  return left.memberships.length === 0 && standing.memberships.length > 0
    ? `${who} was removed from ${standing.memberships.map(({ group }) => group).join(', ')}`
    : undefined;
}

/**
 * A decision with only those memberships that the directory still lists: what was taken away fills no place any more. Its
 * signature covers what was recorded, so it is checked on that and not on this.
 */
export function stillListed(directory: Directory, record: DecisionRecord): DecisionRecord {
  const { standing } = record;
  const groups = listedIn(directory, standing.person);
  const memberships = standing.memberships.filter(({ group }) => groups.includes(group));
  return { ...record, standing: { ...standing, memberships } };
}
