import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cut, escaped, fenced, inlineCode, line, plain, prose, quoted, visible } from '../../src/slack/inert.ts';

/** Strings made mostly of what has a meaning to Slack or hides something. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<!channel>',
        '<!here>',
        '<@U123>',
        '<#C1>',
        '<http://evil|safe>',
        '```',
        '`',
        '*',
        '_',
        '~',
        '>',
        '&',
        '&lt;',
        '\n',
        '\r\n',
        '\t',
        ':tada:',
        '\u202E',
        '\u200B',
        '\u2066',
        '\uFEFF',
        '\u{E0041}',
        '\uD800',
        '\u00A0',
        '\u3164',
        '\0',
        'a',
        '1',
      ),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

const unescape = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** No markup of Slack is left: `<` starts mentions, links and commands; the rest of `&` are our own entities. */
const expectNoMarkup = (text: string): void => {
  expect(text).not.toMatch(/[<>]/u);
  expect(text.replaceAll(/&(?:amp|lt|gt);/gu, '')).not.toContain('&');
  expect(text).not.toMatch(/[\u200B-\u200F\u202A-\u202E\u2066-\u2069\uFEFF\u{E0000}-\u{E007F}\0]/u);
  expect(text.isWellFormed()).toBe(true);
};

describe('whatever comes in', () => {
  test('a line is one line without markup, formatting or hidden characters, and no longer than asked', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 60, max: 400 }), (text, max) => {
        const shown = line(text, max);
        expectNoMarkup(shown);
        expect(shown.length).toBeLessThanOrEqual(max);
        expect(shown).not.toMatch(/[\n\t*~`]/u);
        expect(shown).not.toMatch(/:[\w+'-]+:/u);
      }),
    );
  });

  test('a quote stays a quote on every line', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 120, max: 500 }), (text, max) => {
        const shown = quoted(text, max);
        for (const one of shown.split('\n')) expect(one.startsWith('>')).toBe(true);
        expectNoMarkup(shown.replaceAll(/^>/gmu, ''));
        expect(shown.length).toBeLessThanOrEqual(max);
      }),
    );
  });

  test('a code block cannot be broken out of, fits, and loses nothing that it does not count', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 40, max: 200 }), fc.integer({ min: 1, max: 4 }), (text, size, count) => {
        const { blocks, left } = fenced(text, size, count);
        expect(blocks.length).toBeLessThanOrEqual(count);
        for (const block of blocks) {
          expect(block.length).toBeLessThanOrEqual(size);
          expect(block.match(/```/gu)).toHaveLength(2);
          expect(block.startsWith('```\n') && block.endsWith('\n```')).toBe(true);
          expectNoMarkup(block.slice(3, -3));
        }
        if (left === 0) {
          const shown = blocks.map((block) => unescape(block.slice(4, -4))).join('');
          const given = visible(text).replaceAll(/`{3,}/gu, (run) => 'ˋ'.repeat(run.length));
          expect(shown.replaceAll('\n', '')).toBe(given.trimEnd().replaceAll('\n', ''));
        }
      }),
    );
  });

  test('prose keeps every character and each piece fits', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 20, max: 100 }), (text, size) => {
        const pieces = prose(text, size);
        for (const piece of pieces) {
          expectNoMarkup(piece);
          expect(piece.length).toBeLessThanOrEqual(size);
        }
        const bare = (one: string): string => unescape(one).replaceAll(/\s/gu, '');
        expect(bare(pieces.join('')).length).toBe(bare(prose(text, 1_000_000).join('')).length);
      }),
    );
  });

  test('plain text fits and holds no angle bracket', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 20, max: 150 }), (text, max) => {
        expect(plain(text, max).length).toBeLessThanOrEqual(max);
        expect(plain(text, max)).not.toMatch(/[<>\n]/u);
      }),
    );
  });

  test('a cut never splits a character or an entity', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 0, max: 50 }), (text, max) => {
        const seen = visible(text);
        const { shown, left } = cut(seen, max);
        expect(escaped(shown).length).toBeLessThanOrEqual(max);
        expect(seen.startsWith(shown)).toBe(true);
        expect(shown.length + left).toBe(seen.length);
        expect(shown.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('what people see', () => {
  test.each([
    ['a mention', '<!channel> look', '&lt;!channel&gt; look'],
    ['a masked link', '<https://evil.example|the runbook>', '&lt;https://evil.example|the runbook&gt;'],
    ['an override of direction', 'safe\u202Etxt.exe', 'safe⟨U+202E⟩txt.exe'],
    ['a zero-width space', 'pay\u200Bments', 'pay⟨U+200B⟩ments'],
    ['a claim in bold', '*Already approved*', '∗Already approved∗'],
    ['an emoji code', ':white_check_mark: ok', '꞉white_check_mark: ok'],
    ['a clock time', 'at 09:58:10 UTC', 'at 09꞉58:10 UTC'],
    ['names with underscores', 'http_requests_total', 'http_requests_total'],
    ['a newline', 'one\ntwo', 'one two'],
  ])('%s is shown as what it is', (_, given, shown) => {
    expect(line(given)).toBe(shown);
  });

  test('what is shortened says by how much', () => {
    expect(line('x'.repeat(500), 100)).toBe(`${'x'.repeat(60)}… [440 more characters]`);
  });

  test('inline code cannot end early', () => {
    expect(inlineCode('a`*b*`c')).toBe('`aˋ∗b∗ˋc`');
  });
});
