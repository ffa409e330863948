import { describe, expect, test } from '@jest/globals';
import { stripVTControlCharacters } from 'node:util';
import { type DemoEvent, tellPeople, tellPrograms, type Teller } from '../../../src/cli/demo/teller.ts';

function told(tell: (teller: Teller) => void, make: (write: (line: string) => void) => Teller): string[] {
  const lines: string[] = [];
  tell(make((line) => lines.push(stripVTControlCharacters(line))));
  return lines.flatMap((line) => line.split('\n'));
}

const LONG = Array.from({ length: 40 }, (_, at) => `word-${at}`).join(' ');
const say = (event: DemoEvent, text: string) => (teller: Teller) => teller.event(event, text, { gate: 'g-000000' });

describe('people', () => {
  test.each([60, 100, 200])('no line is longer than a terminal of %i columns, and no word is lost', (columns) => {
    const lines = told(say('note', LONG), (write) => tellPeople(write, { columns, started: Date.now() }));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines.slice(1).every((line) => line.startsWith(`${' '.repeat(11)}word-`))).toBe(true);
    expect(lines.map((line) => line.slice(11)).join(' ')).toBe(LONG);
  });

  test.each([undefined, 10])('where the width is unknown or useless (%p) a sentence is one line', (columns) => {
    expect(told(say('note', LONG), (write) => tellPeople(write, { columns }))).toHaveLength(1);
  });
});

test('programs get one object a line with its fields, and nothing of what is only for people', () => {
  const lines = told(
    (teller) => {
      say('gate.opened', LONG)(teller);
      teller.say('the card');
    },
    (write) => tellPrograms(write),
  );
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { at: expect.stringMatching(/^\d{4}-.*Z$/), event: 'gate.opened', text: LONG, gate: 'g-000000' },
  ]);
});
