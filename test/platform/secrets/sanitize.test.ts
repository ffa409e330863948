import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { sanitize } from '../../../src/platform/secrets/sanitize.ts';

test.each<[string, string, string]>([
  ['colours', '\u001b[31mred\u001b[0m', 'red'],
  ['a terminal title', '\u001b]0;owned\u0007text', 'text'],
  ['bidi overrides', 'safe\u202etxt.exe\u2066', 'safetxt.exe'],
  ['zero-width characters', 'pass\u200bword\ufeff', 'password'],
  ['tag characters', 'hi\u{e0041}\u{e0042}', 'hi'],
  ['carriage returns that overwrite a line', 'rm -rf /\rls', 'rm -rf /\nls'],
  ['Windows line ends', 'a\r\nb', 'a\nb'],
  ['NUL and bell', 'a\u0000b\u0007c', 'abc'],
  ['half a character', 'a\ud800b', 'a\ufffdb'],
])('%s do not survive', (_, text, safe) => {
  expect(sanitize(text, 1000)).toBe(safe);
});

test('tabs, line feeds and the letters of every language stay', () => {
  const text = 'naïve\tZürich\n東京 🚀 Ελληνικά';
  expect(sanitize(text, 1000)).toBe(text);
});

test('long text keeps its beginning and its end and says how much is missing', () => {
  const text = `first${'x'.repeat(5000)}last`;
  const cut = sanitize(text, 500);
  expect(cut).toMatch(/^first/);
  expect(cut).toMatch(/last$/);
  const left = Number(/\[… (\d+) bytes left out\]/.exec(cut)?.[1]);
  expect(cut.replace(/\n\[… \d+ bytes left out\]\n/, '').length + left).toBe(text.length);
});

test('never more bytes than asked for, never a broken or unseen character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 60, max: 300 }), (text, max) => {
      const safe = sanitize(text, max);
      expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(max);
      expect(safe.isWellFormed()).toBe(true);
      expect(safe).not.toMatch(/\p{Cf}|(?![\n\t])\p{Cc}/u);
      expect(sanitize(safe, max)).toBe(safe);
    }),
  );
});
