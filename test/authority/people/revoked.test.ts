import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { revokedSince, stillListed } from '../../../src/authority/people/revoked.ts';
import { standingOf } from '../../../src/authority/people/standing.ts';
import type { Directory } from '../../../src/domain/directory.ts';
import { decisionSample } from '../../support/samples.ts';
import { directorySample, peopleContext } from './people-sample.ts';

const NAMES = ['ada', 'grace', 'joan'];
const LIST = { kind: 'slack-usergroup', id: 'S1' } as const;
const people = (change: Record<string, object | undefined> = {}) =>
  Object.fromEntries(
    NAMES.filter((name) => !(name in change) || change[name] !== undefined).map((name) => [
      name,
      { name, identities: [`local:${name}`, `api:${name}`], ...change[name] },
    ]),
  );
const groups = (members: readonly string[] = NAMES) => ({
  sre: { members, narrowedBy: [LIST] },
  dba: { members: NAMES },
});
const before = directorySample(people(), groups());
const word = decisionSample('ada', {}, ['sre', 'dba']);

describe('what somebody said counts no more when', () => {
  test.each([
    [
      'they were removed',
      directorySample(people({ ada: undefined }), {}),
      'ada, who approved g-aaaaaa, was removed from the directory',
    ],
    ['they were deactivated', directorySample(people({ ada: { active: false } }), groups()), 'was deactivated'],
    [
      'the identity they used was taken from them',
      directorySample(people({ ada: { identities: ['api:ada'] } }), groups()),
      'as local:ada, which is theirs no more',
    ],
    [
      'no group lists them any more',
      directorySample(people(), { sre: { members: ['grace'] }, dba: { members: [] } }),
      'was removed from sre, dba',
    ],
    ['their groups are gone', directorySample(people(), {}), 'was removed from sre, dba'],
  ])('%s', (_, after, why) => {
    expect(revokedSince(before, word)).toBeUndefined();
    expect(revokedSince(after, word)).toContain(why);
  });
});

test('out of one of two groups, the word stands and fills no place of the group that was lost', () => {
  const after = directorySample(people(), groups(['grace']));
  expect(revokedSince(after, word)).toBeUndefined();
  expect(stillListed(after, word).standing.memberships.map(({ group }) => group)).toEqual(['dba']);
  expect(stillListed(before, word)).toEqual(word);
});

test('for any change: revocation voids, and a shift that changed, a new name, more people or another rule for narrowing does not', async () => {
  const shift = fc.array(fc.constantFrom(...NAMES.map((name) => `local:${name}`)));
  const narrowedBy = fc.subarray([
    LIST,
    { kind: 'slack-usergroup', id: 'S2' } as const,
    { kind: 'pagerduty-schedule', id: 'P' } as const,
  ]);
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        active: fc.boolean(),
        there: fc.boolean(),
        identity: fc.boolean(),
        sre: fc.boolean(),
        dba: fc.boolean(),
      }),
      shift,
      narrowedBy,
      fc.string({ minLength: 1, maxLength: 20 }),
      async (kept, onCall, narrowing, name) => {
        const { context } = peopleContext(before, { 'slack-usergroup': async () => ['local:ada'] });
        const then = await standingOf(context, { id: 'local:ada', name: 'ada', door: 'api' });
        if ('refused' in then) throw new Error(then.refused);
        const record = decisionSample('ada', { standing: then.standing });
        expect(record.standing.memberships).toHaveLength(2);

        const ada = { name, active: kept.active, identities: kept.identity ? ['local:ada', 'x:y'] : ['api:ada'] };
        const listed = (is: boolean) => (is && kept.there ? NAMES : NAMES.filter((other) => other !== 'ada'));
        const after: Directory = directorySample(people({ ada: kept.there ? ada : undefined }), {
          sre: { members: listed(kept.sre), narrowedBy: narrowing },
          dba: { members: listed(kept.dba), narrowedBy: narrowing },
          more: { members: ['grace'] },
        });
        // The shift of now, which nobody asks about again.
        peopleContext(after, { 'slack-usergroup': async () => onCall });
        const stands = kept.there && kept.active && kept.identity && (kept.sre || kept.dba);
        expect(revokedSince(after, record) === undefined).toBe(stands);
        if (!kept.there) return;
        expect(stillListed(after, record).standing.memberships.map(({ group }) => group)).toEqual(
          record.standing.memberships
            .map(({ group }) => group)
            .filter((group) => (group === 'sre' ? kept.sre : kept.dba)),
        );
      },
    ),
  );
});
