import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { matchesGlob } from '../../src/intake/glob.ts';

/** What a glob means, said by a regular expression; fine for short test strings, not for hostile ones. */
const meaning = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('[^]*')}$`,
    'u',
  );

describe('a glob', () => {
  test('means what the regular expression of the same shape means', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 6 });
    fc.assert(
      fc.property(pattern, text, (p, t) => expect(matchesGlob(p, t)).toBe(meaning(p).test(t))),
      { numRuns: 2000 },
    );
  });

  test('matches itself, when it has no star', () => {
    expect(matchesGlob('Kube.*'.replace('*', 'x'), 'KubeQx')).toBe(false);
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('*')),
        (text) => matchesGlob(text, text),
      ),
    );
  });

  test('two overlapping parts need both their characters', () => {
    expect(matchesGlob('ab*ba', 'aba')).toBe(false);
    expect(matchesGlob('ab*ba', 'abba')).toBe(true);
  });
});
