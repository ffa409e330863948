import { expect } from '@jest/globals';

/** Equal but for rounding; NaN is the same as NaN, and an infinity as itself. */
export function expectSame(actual: number | undefined, expected: number | undefined): void {
  if (expected !== undefined && Number.isFinite(expected)) expect(actual).toBeCloseTo(expected, 9);
  else expect(actual).toBe(expected);
}
