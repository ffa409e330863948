import {
  type Directory,
  listedIn,
  type ListNarrowing,
  type Narrowing,
  nameOfIdentity,
  narrowingName,
  narrowingSource,
} from '../../domain/directory.ts';
import type { Person } from '../../domain/person.ts';
import type { Membership, Standing } from '../../domain/standing.ts';
import type { AuthorityContext } from '../context.ts';
import { type Came, claimHolds } from './claim-membership.ts';

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
export type PeopleContext = Pick<AuthorityContext, 'bundle' | 'bundles' | 'narrowing' | 'signIns' | 'now'>;

/** Somebody whose memberships are asked for. */
interface Asked {
  readonly name: string;
  readonly identities: readonly string[];
  /** Through which door they come; undefined where nobody comes and it is only looked up. */
  readonly came: Came | undefined;
}

const notListed = (list: ListNarrowing, name: string, at: Date): string =>
  `${narrowingName(list)} ${list.kind === 'slack-usergroup' ? 'does not list' : 'does not have on call'} ${name} (read ${at.toISOString()})`;

/** When one of the things that narrow a group said that it has somebody; or why it does not, in words. */
async function reading(
  { narrowing, signIns }: PeopleContext,
  it: Narrowing,
  { name, identities, came }: Asked,
): Promise<{ at: Date } | { why: string }> {
  if (it.kind === 'oidc-claim') {
    const held = claimHolds(it, came, signIns);
    return 'at' in held ? held : { why: `${narrowingName(it)}: ${held.problem}` };
  }
  const list = (await narrowing?.read(it)) ?? { problem: 'nothing here reads it' };
  if ('problem' in list) return { why: `${narrowingName(it)}: ${list.problem}` };
  return identities.some((identity) => list.identities.has(identity))
    ? { at: list.at }
    : { why: notListed(it, name, list.at) };
}

/** Whether everything that narrows a group has them. */
async function membershipIn(
  context: PeopleContext,
  group: string,
  narrowedBy: readonly Narrowing[],
  asked: Asked,
): Promise<Membership | Uncounted> {
  const readings = await Promise.all(narrowedBy.map((it) => reading(context, it, asked)));
  const why = readings.flatMap((one) => ('why' in one ? [one.why] : []));
  if (why.length > 0) return { group, why: why.join('; ') };
  const now = context.now();
  const times = readings.map((one) => ('at' in one ? one.at.getTime() : now.getTime()));
  return {
    group,
    source: ['directory', ...narrowedBy.map(narrowingSource)].join('+'),
    // As old as the oldest of what it rests on.
    at: new Date(Math.min(now.getTime(), ...times)).toISOString(),
  };
}

/**
 * The groups somebody of the directory counts in right now, and those that list them in vain; `came` is the door they
 * come through, without which no claim counts.
 */
export async function membershipsOf(
  context: PeopleContext,
  name: string,
  directory: Directory = context.bundle().directory,
  came?: Came,
): Promise<{ memberships: Membership[]; uncounted: Uncounted[] }> {
  const identities = directory.people[name]?.identities ?? [];
  const found = await Promise.all(
    listedIn(directory, name).map((group) =>
      membershipIn(context, group, directory.groups[group]?.narrowedBy ?? [], { name, identities, came }),
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
 * never within one; never rejects for them. By the bundle that is in force now, whichever server put it there.
 */
export async function standingOf(context: PeopleContext, person: Person): Promise<Known | { refused: string }> {
  await context.bundles?.().follow();
  const { directory } = context.bundle();
  const name = nameOfIdentity(directory, person.id);
  if (name === undefined)
    return { refused: `${person.name} (${person.id}) is not in Belay's directory; this changed nothing.` };
  if (directory.people[name]?.active !== true)
    return { refused: `${person.name} (${name}) is deactivated in Belay's directory; this changed nothing.` };
  const { memberships, uncounted } = await membershipsOf(context, name, directory, person);
  return { standing: { person: name, memberships }, uncounted };
}
