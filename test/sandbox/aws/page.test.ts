import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { pageOf } from '../../../sandbox/aws/ec2/page.ts';
import { formOf } from '../../../sandbox/aws/protocol/form.ts';

const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { maxLength: 30 });

test('what is there all the time is on exactly one page, whatever else comes or goes between two pages', () => {
  fc.assert(
    fc.property(
      ids,
      ids,
      fc.integer({ min: 1, max: 7 }),
      fc.infiniteStream(fc.boolean()),
      (stays, comesAndGoes, size, isThere) => {
        const seen: string[] = [];
        let token: string | undefined = '';
        while (token !== undefined) {
          const now = [...new Set([...stays, ...comesAndGoes.filter(() => isThere.next().value)])].map((id) => ({
            id,
          }));
          const form = formOf(new URLSearchParams({ MaxResults: String(size), NextToken: token }));
          const { page, nextToken } = pageOf(now, form, { least: 1, ids: 'VolumeId' });
          expect(page.length).toBeLessThanOrEqual(size);
          seen.push(...page.map(({ id }) => id));
          token = nextToken;
        }
        expect(seen.filter((id) => stays.includes(id)).toSorted()).toEqual(stays.toSorted());
      },
    ),
  );
});

test('a list that is asked for without a limit has one all the same', () => {
  const many = Array.from({ length: 1500 }, (_, index) => ({ id: `vol-${String(index).padStart(5, '0')}` }));
  const first = pageOf(many, formOf(new URLSearchParams()), { least: 5, ids: 'VolumeId' });
  expect(first.page).toHaveLength(1000);
  const rest = formOf(new URLSearchParams({ NextToken: first.nextToken ?? '' }));
  expect(pageOf(many, rest, { least: 5, ids: 'VolumeId' })).toEqual({ page: many.slice(1000), nextToken: undefined });
});
