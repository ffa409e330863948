import { listedIn, nameOfIdentity } from '../../domain/directory.ts';
import type { Person } from '../../domain/person.ts';
import type { Standing } from '../../domain/standing.ts';
import type { AuthorityContext } from '../context.ts';

/**
 * Who somebody is to policy right now. Not in the directory, or not active: `refused`, in words for them. May ask
 * outside sources, so it is called before any transaction, never within one.
 */
export async function standingOf(
  context: AuthorityContext,
  person: Person,
): Promise<{ standing: Standing } | { refused: string }> {
  const { directory } = context.bundle();
  const name = nameOfIdentity(directory, person.id);
  if (name === undefined)
    return { refused: `${person.name} (${person.id}) is not in Belay's directory; this changed nothing.` };
  if (directory.people[name]?.active !== true)
    return { refused: `${person.name} (${name}) is deactivated in Belay's directory; this changed nothing.` };
  const at = context.now().toISOString();
  return {
    standing: {
      person: name,
      memberships: listedIn(directory, name).map((group) => ({ group, source: 'directory', at })),
    },
  };
}
