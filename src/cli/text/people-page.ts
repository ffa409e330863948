import pc from 'picocolors';
import type { PeopleView } from '../../authority/people/people-view.ts';
import { narrowingName } from '../../domain/directory.ts';
import { printable, table } from './table.ts';
import { ago } from './times.ts';

type Group = PeopleView['groups'][number];

/** What says who is in a group, and how old that is. */
const sourceOf = ({ narrowedBy }: Group): string =>
  [
    'directory',
    ...narrowedBy.map(({ readAt, ...list }) => {
      const never = list.kind === 'oidc-claim' ? 'read at each sign-in' : 'never read';
      return `${narrowingName(list)} (${readAt === null ? never : ago(readAt)})`;
    }),
  ].join(', ');

/** Groups with who may decide now, people with their identities, then what needs saying. */
export function peoplePage({ groups, people, notes }: PeopleView): string {
  const names = (list: readonly string[]): string => (list.length === 0 ? 'nobody' : list.join(', '));
  const absent = people.flatMap(({ person, uncounted }) =>
    uncounted.map(({ group, why }) => `${person} does not count in ${group} now: ${why}`),
  );
  const parts = [
    groups.length === 0
      ? 'There is no group, so nobody may decide anything.'
      : table(
          ['GROUP', 'MAY DECIDE NOW', 'LEADS', 'SOURCE'],
          groups.map((group) => [group.group, names(group.now), group.leads.join(', '), sourceOf(group)]),
        ),
    people.length === 0
      ? 'There is nobody in the directory.'
      : table(
          ['PERSON', 'NAME', 'IDENTITIES'],
          people.map(({ person, name, active, identities }) => [
            person,
            active ? name : `${name} (deactivated)`,
            identities.join(', '),
          ]),
        ),
    ...[absent, notes]
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.map((line) => pc.yellow(printable(line))).join('\n')),
  ];
  return parts.join('\n\n');
}
