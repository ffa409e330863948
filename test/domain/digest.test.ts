import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { canonicalJson, Digest, digestOf } from '../../src/domain/digest.ts';

/** JSON with well-formed text: what may cross a process boundary. */
const json = fc.jsonValue({ stringUnit: 'grapheme' });

/** The same value, every object's keys in reverse. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('the canonical form', () => {
  test.each([
    [
      'the example of RFC 8785, section 3.2.2',
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    ],
    [
      'its sorting example: by UTF-16 code units, not by code points',
      String.raw`{"\u20ac":"Euro","\r":"CR","\ufb33":"Dalet","1":"One","\ud83d\ude00":"Emoji","\u0080":"Control","\u00f6":"o"}`,
      `{"\\r":"CR","1":"One","\u0080":"Control","\u00f6":"o","\u20ac":"Euro","\ud83d\ude00":"Emoji","\ufb33":"Dalet"}`,
    ],
    ['minus zero', '[-0]', '[0]'],
    [
      'the edges of numbers, appendix B',
      '[5e-324,1.7976931348623157e308,9007199254740992,295147905179352830000]',
      '[5e-324,1.7976931348623157e+308,9007199254740992,295147905179352830000]',
    ],
    ['nothing in it', '{}', '{}'],
  ])('is that of RFC 8785: %s', (_, given, wanted) => {
    expect(canonicalJson(JSON.parse(given))).toBe(wanted);
  });

  test('parses back to the value, and is its own canonical form', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        return canonicalJson(JSON.parse(text)) === text;
      }),
    );
  });

  test.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['NaN', { seen: Number.NaN }],
    ['Infinity', [Number.POSITIVE_INFINITY]],
    ['half a character', 'a\ud800'],
  ])('%s has none, and says so instead of passing for something else', (_, value) => {
    expect(() => canonicalJson(value)).toThrow();
  });
});

describe('a digest', () => {
  test('is SHA-256 of the canonical form in UTF-8, as others compute it', () => {
    expect(digestOf({})).toBe('sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
    fc.assert(
      fc.property(json, (value) => {
        const other = createHash('sha256').update(canonicalJson(value), 'utf8').digest('hex');
        return digestOf(value) === `sha256:${other}` && Digest.safeParse(digestOf(value)).success;
      }),
    );
  });

  test('never depends on the order of keys', () => {
    fc.assert(fc.property(json, (value) => digestOf(value) === digestOf(reversed(value))));
  });

  test('does depend on the order of lists, and tells a number from its text', () => {
    expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
    expect(digestOf({ replicas: 3 })).not.toBe(digestOf({ replicas: '3' }));
    expect(digestOf({ a: null })).not.toBe(digestOf({}));
  });

  test.each(['sha256:ABC', 'sha1:0', 'sha256:', `sha256:${'g'.repeat(64)}`, `sha256:${'0'.repeat(65)}`, ''])(
    '"%s" is none',
    (text) => {
      expect(Digest.safeParse(text).success).toBe(false);
    },
  );
});
