import { z } from 'zod';

/**
 * How one place knows somebody: `slack:<team>/<user>`, `local:<user>`, `api:<name>`, `oidc:<issuer>#<subject>`, and
 * `pagerduty:<user>`, which no door gives and only a schedule names.
 * E-mail addresses are none: they change hands.
 */
export const Identity = z
  .string()
  .max(300)
  .regex(
    /^(slack:T[A-Z0-9]+\/[UW][A-Z0-9]+|oidc:https?:\/\/[^\s#]+#[^\s]+|(?!slack:|oidc:)[a-z][a-z0-9-]*:[^\s,]+)$/,
    'is no identity; one is slack:<team>/<user>, oidc:<issuer>#<subject>, or <where>:<name> such as local:ada',
  );
export type Identity = z.infer<typeof Identity>;

const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/#@-]{0,299}$/, 'is no name');

export const DirectoryPerson = z.strictObject({
  name: z.string().min(1).max(200),
  /** Nobody else may have one of them. */
  identities: z.array(Identity).min(1),
  /** False: they decide nothing, and what they approved and was not used yet is void. */
  active: z.boolean().default(true),
});
export type DirectoryPerson = z.infer<typeof DirectoryPerson>;

const SlackUserGroup = z.strictObject({ kind: z.literal('slack-usergroup'), id: z.string().regex(/^S[A-Z0-9]+$/) });
const PagerDutySchedule = z.strictObject({ kind: z.literal('pagerduty-schedule'), id: z.string().min(1) });
/** A claim of the OpenID provider that a person signed in by; `value` is one of its values, exactly. */
const ClaimNarrowing = z.strictObject({
  kind: z.literal('oidc-claim'),
  claim: z.string().min(1).max(200),
  value: z.string().min(1).max(200),
});
export type ClaimNarrowing = z.infer<typeof ClaimNarrowing>;
/** A list that is read where it is kept. */
export type ListNarrowing = z.infer<typeof SlackUserGroup> | z.infer<typeof PagerDutySchedule>;

/** What else must say that somebody is in a group right now. It only ever takes people out of the directory's list. */
export const Narrowing = z.discriminatedUnion('kind', [SlackUserGroup, PagerDutySchedule, ClaimNarrowing]);
export type Narrowing = z.infer<typeof Narrowing>;

/** What narrows a group, as records name it: `slack-usergroup:S012`, `oidc-claim:groups=sre`. */
export const narrowingSource = (it: Narrowing): string =>
  it.kind === 'oidc-claim' ? `${it.kind}:${it.claim}=${it.value}` : `${it.kind}:${it.id}`;

/** The same as people call it. */
export function narrowingName(it: Narrowing): string {
  if (it.kind === 'oidc-claim') return `the sign-in claim ${it.claim} "${it.value}"`;
  return it.kind === 'slack-usergroup' ? `Slack user group ${it.id}` : `PagerDuty schedule ${it.id}`;
}

export const DirectoryGroup = z.strictObject({
  members: z.array(Name),
  narrowedBy: z.array(Narrowing).default([]),
  /** Who is paged when something in this group's name was forced: names of people. */
  leads: z.array(Name).default([]),
});
export type DirectoryGroup = z.infer<typeof DirectoryGroup>;

/** Who is who, and who is in which group: a file of the team's repository. Names in it are stable and never reused. */
export const Directory = z.strictObject({
  v: z.literal(1),
  people: z.record(Name, DirectoryPerson),
  groups: z.record(Name, DirectoryGroup),
});
export type Directory = z.infer<typeof Directory>;

/** Who has this identity, by their name in the directory; undefined for a stranger. */
export const nameOfIdentity = (directory: Directory, identity: string): string | undefined =>
  Object.entries(directory.people).find(([, person]) => person.identities.includes(identity))?.[0];

/** The groups that list somebody, before any narrowing. */
export const listedIn = (directory: Directory, name: string): string[] =>
  Object.entries(directory.groups).flatMap(([group, { members }]) => (members.includes(name) ? [group] : []));

/** Who is in a group and active, before any narrowing; nobody for a group that is not there. */
export const activeMembers = ({ people, groups }: Directory, group: string): string[] =>
  Object.hasOwn(groups, group) ? (groups[group]?.members ?? []).filter((name) => people[name]?.active === true) : [];

/** Those of the groups that nobody active is in, each once. */
export const emptyGroups = (directory: Directory, groups: readonly { group: string }[]): string[] => [
  ...new Set(groups.flatMap(({ group }) => (activeMembers(directory, group).length === 0 ? [group] : []))),
];

/** The directory of a place that has none: each identity is a person of their own, all in one group. */
export function directoryOf(group: string, identities: readonly string[]): Directory {
  const ids = [...new Set(identities)];
  return {
    v: 1,
    people: Object.fromEntries(ids.map((id) => [id, { name: id, identities: [id], active: true }])),
    groups: { [group]: { members: ids, narrowedBy: [], leads: [] } },
  };
}
