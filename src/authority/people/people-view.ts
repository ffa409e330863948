import { z } from 'zod';
import { activeMembers, type Directory, Narrowing } from '../../domain/directory.ts';
import { directoryNotes } from '../../domain/directory-problems.ts';
import { Membership } from '../../domain/standing.ts';
import { membershipsOf, type PeopleContext } from './standing.ts';

/** Somebody of the directory, and where they count right now. */
const PersonView = z.object({
  /** Their name in the directory. */
  person: z.string(),
  /** For reading. */
  name: z.string(),
  active: z.boolean(),
  identities: z.array(z.string()),
  /** Groups they count in now, with what says so and when it was read. */
  memberships: z.array(Membership),
  /** Groups that list them and do not count for them now, and why. */
  uncounted: z.array(z.object({ group: z.string(), why: z.string() })),
});

const GroupView = z.object({
  group: z.string(),
  /** Everybody the directory lists. */
  members: z.array(z.string()),
  /** Those of them who may decide now; empty means nobody. */
  now: z.array(z.string()),
  leads: z.array(z.string()),
  /** The outside lists it is narrowed by; `readAt` is null for one that never answered, and for a claim, which is read at each sign-in. */
  narrowedBy: z.array(z.intersection(Narrowing, z.object({ readAt: z.iso.datetime().nullable() }))),
});

/** Who is who, and who may decide now. */
export const PeopleView = z.object({
  people: z.array(PersonView),
  groups: z.array(GroupView),
  /** What is allowed in the directory and may surprise. */
  notes: z.array(z.string()),
});
export type PeopleView = z.infer<typeof PeopleView>;

/** Asks what a click would ask, for everybody at once; an outside source is asked once for all of them. */
export async function peopleView(context: PeopleContext): Promise<PeopleView> {
  const { directory } = context.bundle();
  const people = await Promise.all(
    Object.entries(directory.people).map(async ([person, { name, active, identities }]) => {
      const counted = active ? await membershipsOf(context, person, directory) : { memberships: [], uncounted: [] };
      return { person, name, active, identities, ...counted };
    }),
  );
  const groups = Object.entries(directory.groups).map(([group, { members, leads, narrowedBy }]) => ({
    group,
    members,
    now: people.flatMap((one) => (one.memberships.some((it) => it.group === group) ? [one.person] : [])),
    leads,
    narrowedBy: narrowedBy.map((list) => ({
      ...list,
      readAt: list.kind === 'oidc-claim' ? null : (context.narrowing?.lastRead(list)?.at.toISOString() ?? null),
    })),
  }));
  return { people, groups, notes: directoryNotes(directory) };
}

/** Who may decide, in one line for a screen: groups with their active people, before narrowing. */
export function whoMayDecide(directory: Directory): { nobody: boolean; text: string } {
  const groups = Object.entries(directory.groups).map(([group, { narrowedBy }]) => {
    const members = activeMembers(directory, group);
    const narrowed = narrowedBy.length > 0 ? `, narrowed by ${narrowedBy.map(({ kind }) => kind).join(' and ')}` : '';
    return { members, text: `${group}: ${members.length === 0 ? 'nobody' : members.join(', ')}${narrowed}` };
  });
  const nobody = groups.every(({ members }) => members.length === 0);
  return {
    nobody,
    text: groups.length === 0 ? 'nobody: there is no group' : groups.map(({ text }) => text).join('; '),
  };
}
