import { activeMembers, type Directory, nameOfIdentity } from '../../domain/directory.ts';
import type { ListItem } from '../../domain/list-item.ts';

/** Who is asked about an item: people of the directory, or nobody by name, and then the channel. */
export function ownersOf(directory: Directory, { owner }: Pick<ListItem, 'owner'>): string[] {
  if (owner === null) return [];
  const named = Object.hasOwn(directory.people, owner) ? owner : nameOfIdentity(directory, owner);
  if (named !== undefined) return directory.people[named]?.active === true ? [named] : [];
  return activeMembers(directory, owner);
}

/** Items by who is asked about them: one entry for each person, and one (`null`) for what nobody is named for. */
export function byOwner(directory: Directory, items: readonly ListItem[]): Map<string | null, ListItem[]> {
  const groups = new Map<string | null, ListItem[]>();
  const add = (owner: string | null, item: ListItem) => groups.set(owner, [...(groups.get(owner) ?? []), item]);
  for (const item of items) {
    const owners = ownersOf(directory, item);
    if (owners.length === 0) add(null, item);
    for (const owner of owners) add(owner, item);
  }
  return groups;
}
