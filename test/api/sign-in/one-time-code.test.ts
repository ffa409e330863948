import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';

import { CODE_LIFETIME, OneTimeCode } from '../../../src/api/sign-in/one-time-code.ts';

const ada = { id: 'local:ada', name: 'Ada' };

function at(start = 0) {
  const clock = { now: start };
  return { clock, codes: new OneTimeCode(() => clock.now) };
}

describe('a one-time code', () => {
  test('opens the door once, for the person it was made for', () => {
    const { codes } = at();
    const code = codes.issue(ada);
    expect(codes.redeem(code)).toEqual(ada);
    expect(codes.redeem(code)).toBeUndefined();
  });

  test.each([
    ['one millisecond before its end', CODE_LIFETIME - 1, ada],
    ['at its end', CODE_LIFETIME, undefined],
    ['a day later', 24 * 60 * 60_000, undefined],
  ])('%s: %s ms', (_when, passed, person) => {
    const { codes, clock } = at(1_000);
    const code = codes.issue(ada);
    clock.now += passed;
    expect(codes.redeem(code)).toEqual(person);
  });

  test('stops working when the next one is made', () => {
    const { codes } = at();
    const [first, second] = [codes.issue(ada), codes.issue(ada)];
    expect(codes.redeem(first)).toBeUndefined();
    expect(codes.redeem(second)).toEqual(ada);
  });

  test('is not spent by a wrong guess', () => {
    const { codes } = at();
    const code = codes.issue(ada);
    expect(codes.redeem('0000-0000')).toBeUndefined();
    expect(codes.redeem(code)).toEqual(ada);
  });

  test('forgives case, separators and look-alike letters, and nothing else', () => {
    fc.assert(
      fc.property(fc.constantFrom('', ' ', '-', '.'), fc.boolean(), (separator, lower) => {
        const { codes } = at();
        const typed = codes.issue(ada).replace('-', separator).replaceAll('0', 'o').replaceAll('1', 'l');
        expect(codes.redeem(lower ? typed.toLowerCase() : typed)).toEqual(ada);
      }),
    );
  });

  test('is not opened by anything else that may be typed', () => {
    const { codes } = at();
    codes.issue(ada);
    fc.assert(fc.property(fc.string(), (typed) => codes.redeem(typed) === undefined));
  });

  test('no code made, none accepted', () => {
    expect(at().codes.redeem('')).toBeUndefined();
  });
});
