import { describe, expect, test } from '@jest/globals';

import { GuessLimit } from '../../../src/api/sign-in/guess-limit.ts';

const MINUTE = 60_000;

function at(start = 0) {
  const clock = { now: start };
  return { clock, limit: new GuessLimit(() => clock.now) };
}

describe('the guess limit', () => {
  test('five wrong guesses from one address, then a wait until the oldest is ten minutes old', () => {
    const { limit, clock } = at();
    for (let guess = 0; guess < 5; guess++) {
      expect(limit.wait('10.0.0.1')).toBe(0);
      limit.record('10.0.0.1');
      clock.now += MINUTE;
    }
    expect(limit.wait('10.0.0.1')).toBe(5 * 60);
    clock.now += 5 * MINUTE;
    expect(limit.wait('10.0.0.1')).toBe(0);
  });

  test('one address does not use up the guesses of another', () => {
    const { limit } = at();
    for (let guess = 0; guess < 5; guess++) limit.record('10.0.0.1');
    expect(limit.wait('10.0.0.2')).toBe(0);
  });

  test('many addresses together are bounded too', () => {
    const { limit } = at();
    for (let guess = 0; guess < 100; guess++) limit.record(`10.0.0.${guess}`);
    expect(limit.wait('10.0.1.1')).toBeGreaterThan(0);
  });
});
