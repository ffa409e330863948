import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ActionId, actionIdOf, GateId, idFromBytes, RunId, runOfAction } from '../../src/domain/ids.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('ids', () => {
  test('whatever the bytes, what is made of them is an id of its kind and of no other', () => {
    fc.assert(
      fc.property(bytes(8), bytes(6), (eight, six) => {
        const run = idFromBytes('r', eight);
        const gate = idFromBytes('g', six);
        return (
          RunId.safeParse(run).success &&
          GateId.safeParse(gate).success &&
          !RunId.safeParse(gate).success &&
          !GateId.safeParse(run).success
        );
      }),
    );
  });

  test('every character is as likely as every other: 256 bytes give each of the 32 exactly 8 times', () => {
    const letters = idFromBytes(
      'r',
      Uint8Array.from({ length: 256 }, (_, at) => at),
    ).slice(2);
    const counts = Object.values(Object.groupBy(letters.split(''), (letter) => letter)).map((group) => group?.length);
    expect(counts).toEqual(Array.from({ length: 32 }, () => 8));
  });

  test('an action id leads back to its run', () => {
    fc.assert(
      fc.property(bytes(8), fc.integer({ min: 1, max: 999_999 }), (eight, sequence) => {
        const run = idFromBytes('r', eight);
        const id = actionIdOf(run, sequence);
        return ActionId.safeParse(id).success && runOfAction(id) === run;
      }),
    );
  });

  test.each([
    ['letters that are misread', RunId, 'r-abcdefgi'],
    ['upper case', RunId, 'r-ABCDEFGH'],
    ['too short', RunId, 'r-abcdefg'],
    ['too long', GateId, 'g-abcdefg'],
    ['a line break after it', RunId, 'r-abcdefgh\n'],
    ['another before it', GateId, 'x g-abcdef'],
    ['sequence 0', ActionId, 'r-abcdefgh/0'],
    ['a leading zero', ActionId, 'r-abcdefgh/01'],
    ['a path', ActionId, 'r-abcdefgh/1/../2'],
    ['no sequence', ActionId, 'r-abcdefgh'],
  ])('%s is no id', (_, schema, text) => {
    expect(schema.safeParse(text).success).toBe(false);
  });
});
