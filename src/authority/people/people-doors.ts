import { nameOfIdentity } from '../../domain/directory.ts';
import type { Person } from '../../domain/person.ts';
import type { Claims } from './sign-ins.ts';
import type { PeopleView } from './people-view.ts';
import { peopleView } from './people-view.ts';
import type { PeopleContext } from './standing.ts';

/** People as people's doors see them. */
export interface PeopleDoors {
  /** Who is who, and who may decide now. */
  people(): Promise<PeopleView>;
  /**
   * Whether somebody with this identity is let in at all; `refused` is for them. Deciding is judged at each click anew.
   * `claims` is what their issuer said of them in this very sign-in, kept for what narrows by it.
   */
  admit(identity: string, claims?: Claims): Promise<{ person: Omit<Person, 'door'> } | { refused: string }>;
}

export function peopleDoors(context: PeopleContext): PeopleDoors {
  return {
    people: () => peopleView(context),
    admit: async (identity, claims) => {
      const { directory } = context.bundle();
      const name = nameOfIdentity(directory, identity);
      const person = name === undefined ? undefined : directory.people[name];
      if (!person)
        return {
          refused: `${identity} is nobody in Belay's directory. Whoever keeps directory.yaml can add it to a person's identities.`,
        };
      if (!person.active) return { refused: `${identity} is of somebody who is deactivated in Belay's directory.` };
      if (claims) context.signIns?.saw(identity, claims);
      return { person: { id: identity, name: person.name } };
    },
  };
}
