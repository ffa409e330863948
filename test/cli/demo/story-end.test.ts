import { expect, test } from '@jest/globals';
import { outcomesAfter } from '../../../src/cli/demo/story-end.ts';

test.each([
  ['done', null, ['fixed']],
  ['denied', null, ['denied']],
  ['expired', null, ['expired']],
  ['in-doubt', null, ['in-doubt']],
  ['done', 'by-hand', ['fixed', 'not-fixed', 'inconclusive']],
  ['void', null, ['nothing-wrong', 'inconclusive']],
] as const)('an approval that is %s (%s) ends the story with %j, and with nothing else', (state, special, outcomes) => {
  expect(outcomesAfter({ state, special })).toEqual(outcomes);
});

test('a story without an approval does not pass for one that was fixed', () => {
  expect(outcomesAfter(undefined)).not.toContain('fixed');
});
