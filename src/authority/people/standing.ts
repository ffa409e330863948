import { type Directory, listedIn, type Narrowing, nameOfIdentity } from '../../domain/directory.ts';
import type { Person } from '../../domain/person.ts';
import type { Membership, Standing } from '../../domain/standing.ts';
import type { AuthorityContext } from '../context.ts';
import type { OutsideLists } from './narrowing.ts';

/** A group that lists somebody and does not count for them now, with the reason in words for them. */
export interface Uncounted {
  readonly group: string;
  readonly why: string;
}

/** Who somebody is to policy right now. `uncounted` explains what they may have expected; it is not part of what is signed. */
export interface Known {
  readonly standing: Standing;
  readonly uncounted: readonly Uncounted[];
}

/** What it takes to know who counts: the directory of now, the outside lists, the clock. */
export type PeopleContext = Pick<AuthorityContext, 'bundle' | 'narrowing' | 'now'>;

/** The list as people call it. */
const called = ({ kind, id }: Narrowing): string =>
  kind === 'slack-usergroup' ? `Slack user group ${id}` : `PagerDuty schedule ${id}`;

const notListed = (list: Narrowing, name: string, at: Date): string =>
  `${called(list)} ${list.kind === 'slack-usergroup' ? 'does not list' : 'does not have on call'} ${name} (read ${at.toISOString()})`;

/** Whether every list that narrows a group has one of these identities. */
async function membershipIn(
  group: string,
  { name, identities, lists }: { name: string; identities: readonly string[]; lists: readonly Narrowing[] },
  outside: OutsideLists | undefined,
  now: Date,
): Promise<Membership | Uncounted> {
  const readings = await Promise.all(
    lists.map(async (list) => ({ list, ...((await outside?.read(list)) ?? { problem: 'nothing here reads it' }) })),
  );
  const why = readings.flatMap((one) => {
    if ('problem' in one) return [`${called(one.list)}: ${one.problem}`];
    return identities.some((identity) => one.identities.has(identity)) ? [] : [notListed(one.list, name, one.at)];
  });
  if (why.length > 0) return { group, why: why.join('; ') };
  const times = readings.map((one) => ('at' in one ? one.at.getTime() : now.getTime()));
  return {
    group,
    source: ['directory', ...lists.map(({ kind, id }) => `${kind}:${id}`)].join('+'),
    // As old as the oldest of what it rests on.
    at: new Date(Math.min(now.getTime(), ...times)).toISOString(),
  };
}

/** The groups somebody of the directory counts in right now, and those that list them in vain. */
export async function membershipsOf(
  { bundle, narrowing, now }: PeopleContext,
  name: string,
  directory: Directory = bundle().directory,
): Promise<{ memberships: Membership[]; uncounted: Uncounted[] }> {
  const identities = directory.people[name]?.identities ?? [];
  const found = await Promise.all(
    listedIn(directory, name).map((group) =>
      membershipIn(group, { name, identities, lists: directory.groups[group]?.narrowedBy ?? [] }, narrowing, now()),
    ),
  );
  return {
    memberships: found.flatMap((one) => ('why' in one ? [] : [one])),
    uncounted: found.flatMap((one) => ('why' in one ? [one] : [])),
  };
}

/**
 * Who somebody is to policy at this click. Not in the directory, or not active: `refused`, in words for them. A membership
 * whose outside source is silent for too long does not count. Asks those sources, so it is called before any transaction,
 * never within one; never rejects for them.
 */
export async function standingOf(context: PeopleContext, person: Person): Promise<Known | { refused: string }> {
  const { directory } = context.bundle();
  const name = nameOfIdentity(directory, person.id);
  if (name === undefined)
    return { refused: `${person.name} (${person.id}) is not in Belay's directory; this changed nothing.` };
  if (directory.people[name]?.active !== true)
    return { refused: `${person.name} (${name}) is deactivated in Belay's directory; this changed nothing.` };
  const { memberships, uncounted } = await membershipsOf(context, name, directory);
  return { standing: { person: name, memberships }, uncounted };
}
