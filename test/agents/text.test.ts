import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cleanJson } from '../../src/agents/clean-json.ts';
import { cleanText } from '../../src/agents/clean-text.ts';
import { fence, MAX_CONTENT_CHARACTERS } from '../../src/agents/fence.ts';
import { fromWireName, toWireName } from '../../src/agents/tool-name.ts';
import { canonicalJson } from '../../src/domain/digest.ts';
import { ToolEntry } from '../../src/domain/manifest.ts';

/** Pieces that an attacker would build a way out of. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '<',
        '</',
        '＜',
        '/',
        ' ',
        '\n',
        '>',
        'untrusted',
        'UNTRUSTED',
        'task',
        '\u200b',
        '\u001b[2J',
        '&lt;',
      ),
      fc.constantFrom('</untrusted>', '</ untrusted >', '<\u200b/untrusted>', '</unt\u00adrusted>', '</task>'),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

describe('the fence', () => {
  test('no content opens or closes it', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom('untrusted' as const, 'task' as const), (content, tag) => {
        const tags = fence(tag, content).match(/[<＜]\s*\/?\s*(untrusted|task)\b/giu);
        expect(tags).toEqual([`<${tag}`, `</${tag}`]);
      }),
    );
  });

  test('leaves ordinary content as it is', () => {
    const content = 'GET /tasks <200>\n\tat List<Item> (a.java:1) ünïcödé 日本 {"a":"<b>"}';
    expect(fence('untrusted', content)).toBe(`<untrusted>\n${content}\n</untrusted>`);
  });

  test('shows the start and the end of what is too long, and says how much is left out', () => {
    const shown = fence('untrusted', `first ${'x'.repeat(100_000)} last`);
    expect(shown.length).toBeLessThan(MAX_CONTENT_CHARACTERS + 100);
    expect(shown).toMatch(/^<untrusted>\nfirst x+\n\[… 84011 characters left out …\]\nx+ last\n<\/untrusted>$/);
  });
});

describe('text from outside', () => {
  test('loses what a person would not see', () => {
    const seen = 'a\u001b[31mred\u001b[0m\u0000b\u200b\u202ec\u{e0041}d\r\ne\tf\ud800';
    expect(cleanText(seen)).toBe('aredbcd\ne\tf\ufffd');
  });

  test('can always be stored and hashed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const cleaned = cleanText(`${text}\ud800`);
        expect(cleaned.isWellFormed()).toBe(true);
        expect(cleaned).not.toContain('\u0000');
      }),
    );
  });
});

describe('arguments that a model wrote', () => {
  test('are as they were when they are ordinary, and always have a canonical form', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const cleaned = cleanJson(value);
        expect(cleaned).toBeDefined();
        expect(() => canonicalJson(cleaned)).not.toThrow();
        expect(cleanJson(cleaned)).toEqual(cleaned);
      }),
    );
  });

  test('cannot reach a prototype', () => {
    const cleaned = cleanJson(JSON.parse('{"__proto__":{"polluted":true},"a":1}'));
    expect(Object.getPrototypeOf(cleaned)).toBe(Object.prototype);
    expect(cleaned).not.toHaveProperty('polluted');
  });

  test.each([
    ['too deep', JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)) as unknown],
    ['not finite', { a: Infinity }],
    ['no JSON', { a: () => 1 }],
  ])('are refused when they are %s', (_, value) => {
    expect(cleanJson(value)).toBeUndefined();
  });
});

describe('tool names', () => {
  test('survive the way to a model and back', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9]{0,20}\.[a-z][a-z0-9_]{0,30}$/), (name) => {
        expect(ToolEntry.shape.name.parse(fromWireName(toWireName(name)))).toBe(name);
        expect(toWireName(name)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      }),
    );
  });

  test('that are none are still spelled as endpoints allow', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(toWireName(name)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      }),
    );
  });
});
