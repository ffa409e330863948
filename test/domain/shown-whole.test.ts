import { expect, test } from '@jest/globals';
import { MOST_SHOWN, tooLongToShow } from '../../src/domain/shown-whole.ts';
import { sampleAction, sampleOption } from '../slack/sample-gate.ts';

const destroying = (change: Parameters<typeof sampleAction>[0]) =>
  sampleOption({ actions: [sampleAction({ risk: 'destructive', ...change })] });

test('what can be shown whole may be asked for', () => {
  expect(tooLongToShow([destroying({})])).toBeUndefined();
});

test.each([
  ['a diff', { diff: '-line\n'.repeat(1_200) }],
  ['padding in an argument', { args: { note: ' '.repeat(MOST_SHOWN), name: 'prod-db' } }],
  ['hidden characters, each of which takes eight to show', { diff: '\u202E'.repeat(900) }],
  ['markup, which is longer once it is none', { diff: '&'.repeat(1_300) }],
  ['a command', { command: 'x'.repeat(MOST_SHOWN) }],
])('what destroys something and is too long by %s is refused, and the refusal says by how much', (_, change) => {
  expect(tooLongToShow([destroying(change)])).toMatch(
    /^Option "undo" destroys something and takes \d+ characters to show whole; at most 6000/,
  );
});

test('one line that no section of a card holds is refused, however short the rest', () => {
  const target = { ...sampleAction().target, name: '<'.repeat(700) };
  expect(tooLongToShow([destroying({ target })])).toContain('in one line');
});

test('several options count together; what destroys nothing does not count', () => {
  const half = { diff: 'x'.repeat(MOST_SHOWN / 2) };
  expect(tooLongToShow([destroying(half)])).toBeUndefined();
  expect(tooLongToShow([destroying(half), { ...destroying(half), id: 'other' }])).toContain('"undo", "other"');
  expect(tooLongToShow([sampleOption({ actions: [sampleAction({ diff: 'x'.repeat(19_000) })] })])).toBeUndefined();
});
