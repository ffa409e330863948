import { activeMembers, type Directory } from './directory.ts';

/** `team-owner` in a rule means the group that the target's `team` tag names, so no group may have that name. */
const RESERVED_GROUP = 'team-owner';

/** What follows the scheme, or an OIDC issuer, is an e-mail address. Those change hands, so they identify nobody. */
const E_MAIL = /^(mailto|e-?mail):|[:#/][^\s@:#/]+@[^\s@]+\.[^\s@]+$/i;

export const isEMail = (identity: string): boolean => E_MAIL.test(identity);

/** Every second place of an entry, with the first. */
function repeats(places: readonly (readonly [path: string, value: string])[]): { path: string; first: string }[] {
  const first = new Map<string, string>();
  return places.flatMap(([path, value]) => {
    const before = first.get(value);
    if (before !== undefined) return [{ path, first: before }];
    first.set(value, path);
    return [];
  });
}

/**
 * Why a directory that has the right shape still cannot be used; each line names its place, such as
 * `people.ada.identities.0`. Empty when it can. Someone deactivated is no problem wherever they are still named: what
 * takes a right away must always load.
 */
export function directoryProblems({ people, groups }: Directory): string[] {
  const identities = Object.entries(people).flatMap(([name, person]) =>
    person.identities.map((identity, at) => [`people.${name}.identities.${at}`, identity] as const),
  );
  const lists = Object.entries(groups).flatMap(([name, { members, leads }]) => [
    [`groups.${name}.members`, members] as const,
    [`groups.${name}.leads`, leads] as const,
  ]);
  return [
    ...identities
      .filter(([, identity]) => isEMail(identity))
      .map(
        ([path, it]) => `${path}: ${it} is an e-mail address, and those change hands; give the id that the door uses`,
      ),
    ...repeats(identities).map(({ path, first }) => `${path}: this identity is already ${first}; one is one person's`),
    ...(Object.hasOwn(groups, RESERVED_GROUP)
      ? [`groups.${RESERVED_GROUP}: this name stands for the group that a target's team tag names; choose another`]
      : []),
    ...lists.flatMap(([path, names]) => [
      ...names.flatMap((name, at) =>
        Object.hasOwn(people, name) ? [] : [`${path}.${at}: ${name} is nobody; people has no such name`],
      ),
      ...repeats(names.map((name, at) => [`${path}.${at}`, name])).map((two) => `${two.path}: is already ${two.first}`),
    ]),
  ];
}

/** The identity that a narrowing source knows somebody by, as its beginning and as people write it. */
const KNOWN_BY = {
  'slack-usergroup': { starts: 'slack:', spelled: 'slack:<team>/<user>' },
  'pagerduty-schedule': { starts: 'pagerduty:', spelled: 'pagerduty:<user>' },
  'oidc-claim': { starts: 'oidc:', spelled: 'oidc:<issuer>#<subject>' },
} as const;

/** What is allowed and may still surprise: groups of nobody, and members whom a source cannot know. For people to read. */
export function directoryNotes(directory: Directory): string[] {
  const { people, groups } = directory;
  return Object.entries(groups).flatMap(([group, { leads, narrowedBy }]) => {
    const members = activeMembers(directory, group);
    const path = `groups.${group}`;
    const unknowable = narrowedBy.flatMap(({ kind }, at) =>
      members
        .filter((name) => !people[name]?.identities.some((one) => one.startsWith(KNOWN_BY[kind].starts)))
        .map((name) => `${path}.narrowedBy.${at}: ${name} has no ${KNOWN_BY[kind].spelled} identity and never counts`),
    );
    return [
      ...(members.length === 0 ? [`${path}: has no active member, which means nobody`] : []),
      ...(leads.length > 0 && leads.every((name) => people[name]?.active !== true)
        ? [`${path}.leads: none is active; nobody is paged`]
        : []),
      ...unknowable,
    ];
  });
}
