import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ASK_WITHIN, MEMBERSHIP_AGE } from '../../../src/authority/people/membership-age.ts';
import { ATTEMPT_LIFETIME } from '../../../src/api/sign-in/oidc/attempts.ts';
import { SESSION_LIFETIME } from '../../../src/api/sign-in/session-store.ts';
import { directoryNotes, directoryProblems } from '../../../src/domain/directory-problems.ts';
import { Directory } from '../../../src/domain/directory.ts';

const page = readFileSync(new URL('../../../docs/people.md', import.meta.url), 'utf8');
const text = page.replaceAll(/\s+/g, ' ');

test('the directory that docs/people.md shows loads, and says what it says', () => {
  const directory = Directory.parse(parse(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''));
  expect(directoryProblems(directory)).toEqual([]);
  expect(directoryNotes(directory)).toEqual(['groups.dba: has no active member, which means nobody']);
});

test.each([
  [`up to ${MEMBERSHIP_AGE.fresh / 1000} seconds`],
  [`within ${MEMBERSHIP_AGE.fresh / 1000} seconds`],
  [`up to ${MEMBERSHIP_AGE.most / 60_000} minutes`],
  [`counts for up to ${MEMBERSHIP_AGE.claim / 60_000} minutes`],
  [`at most ${ASK_WITHIN / 1000} seconds`],
  [`within ${ATTEMPT_LIFETIME === 600_000 ? 'ten' : ATTEMPT_LIFETIME / 60_000} minutes`],
  [`lasts ${SESSION_LIFETIME === 12 * 3_600_000 ? 'twelve' : SESSION_LIFETIME / 3_600_000} hours`],
])('docs/people.md states the age that holds: %s', (words) => {
  expect(text).toContain(words);
});
