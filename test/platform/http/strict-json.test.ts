import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseStrictJson } from '../../../src/platform/http/strict-json.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

describe('a JSON body', () => {
  test('any JSON value that JSON.stringify writes is read back the same', () => {
    const value = fc
      .jsonValue({ maxDepth: 6, stringUnit: 'grapheme' })
      .filter((one) => !/\\u0000|__proto__|\\ud[89a-f]/.test(JSON.stringify(one)));
    fc.assert(
      fc.property(value, (one) => {
        const text = JSON.stringify(one);
        expect(parseStrictJson(bytes(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('no bytes at all make it throw anything but a Failure that names the body', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        try {
          parseStrictJson(noise);
        } catch (error) {
          expect(error).toMatchObject({ name: 'Failure', type: 'stop.invalid-input' });
        }
      }),
    );
  });

  test.each([
    ['nothing', Buffer.alloc(0), /empty/],
    ['only spaces', bytes(' \n'), /empty/],
    ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes('{}')]), /byte order mark/],
    ['UTF-16 little endian with its mark', Buffer.from('\ufeff{}', 'utf16le'), /UTF-16/],
    ['UTF-16 little endian without a mark', Buffer.from('{}', 'utf16le'), /UTF-16/],
    ['UTF-16 big endian', Buffer.from('{}', 'utf16le').swap16(), /UTF-16/],
    ['invalid UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), /not valid UTF-8/],
    ['a truncated document', bytes('{"a":[1,'), /ends too early/],
    ['a truncated string', bytes('{"a":"b'), /ends too early/],
    ['two documents', bytes('{}{}'), /more than one JSON document/],
    ['two documents on two lines', bytes('{}\n{}'), /more than one JSON document/],
    ['something else', bytes('a=b&c=d'), /not valid JSON/],
    ['a comment', bytes('{/* */}'), /not valid JSON, at character 1/],
    ['NaN', bytes('{"a":NaN}'), /not valid JSON/],
    ['a key twice', bytes('{"a":1,"b":{"a":1},"a":2}'), /"a" stands twice/],
    ['a key twice, once escaped', bytes(String.raw`{"decision":1,"\u0064ecision":2}`), /"decision" stands twice/],
    ['__proto__', bytes('{"x":{"__proto__":{"admin":true}}}'), /__proto__/],
    ['__proto__, escaped', bytes(String.raw`{"\u005f_proto__":1}`), /__proto__/],
    ['depth 101', bytes('['.repeat(101) + ']'.repeat(101)), /deeper than 100/],
    ['depth 10,000', bytes('{"a":'.repeat(10_000)), /deeper than 100/],
    ['NUL in a string', bytes(String.raw`{"a":[{"b":"x\u0000"}]}`), /^a\[0\]\.b holds a NUL/],
    ['half a character', bytes(String.raw`{"a":"\ud800"}`), /^a holds a NUL character or half/],
    ['NUL in a key', bytes(String.raw`{"a":{"\u0000":1}}`), /a key in a holds a NUL/],
  ])('%s is refused, and said', (_what, body, message) => {
    expect(() => parseStrictJson(body)).toThrow(message);
  });

  test.each([
    ['depth 100', '['.repeat(100) + ']'.repeat(100)],
    ['the same key in two objects', '[{"a":1},{"a":2},{"b":{"a":3},"a":4}]'],
    ['a string that looks like keys', String.raw`{"a":"\"a\":1,\"a\":2","b":"a"}`],
    ['a value equal to its key', '{"a":"a","b":["a","a"]}'],
    ['an escaped quote before a colon', String.raw`{"a\"":1,"a":2}`],
    ['keys named like object members', '{"constructor":1,"toString":2,"hasOwnProperty":3}'],
    ['null', 'null'],
  ])('%s is taken', (_what, text) => {
    expect(parseStrictJson(bytes(text))).toEqual(JSON.parse(text));
  });

  test('NUL is kept where the caller cleans text itself', () => {
    expect(parseStrictJson(bytes(String.raw`["\u0000"]`), { text: 'keep' })).toEqual(['\0']);
  });
});
