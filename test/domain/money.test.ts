import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { compareAmounts, Money, moneyText, sumsOf, sumsText, times } from '../../src/domain/money.ts';

const usd = (amount: string): Money => ({ amount, currency: 'USD' });
/** Amounts as prices have them: cents up to a billion. */
const cents = fc.integer({ min: -100_000_000_000, max: 100_000_000_000 });
const spelled = (of: number): string => {
  const text = String(Math.abs(of)).padStart(3, '0');
  return `${of < 0 ? '-' : ''}${text.slice(0, -2)}.${text.slice(-2)}`;
};

describe('money', () => {
  test('adds up exactly, in whatever order, where floats do not', () => {
    expect(sumsOf(['0.1', '0.2'].map(usd))).toEqual([usd('0.3')]);
    fc.assert(
      fc.property(fc.array(cents, { minLength: 1, maxLength: 50 }), (all) => {
        const [sum] = sumsOf(all.map((one) => usd(spelled(one))));
        const exact = all.reduce((total, one) => total + BigInt(one), 0n);
        expect(compareAmounts(sum ?? usd('0'), usd(spelled(Number(exact))))).toBe(0);
        expect(sumsOf(all.toReversed().map((one) => usd(spelled(one))))).toEqual(sum ? [sum] : []);
        expect(Money.parse(sum)).toEqual(sum);
      }),
    );
  });

  test('of two currencies is two sums, by their codes; of nothing none', () => {
    const mixed = [usd('1'), { amount: '2', currency: 'EUR' }, usd('3.50')];
    expect(sumsOf(mixed)).toEqual([{ amount: '2', currency: 'EUR' }, usd('4.5')]);
    expect(sumsText(sumsOf(mixed))).toBe('2.00 EUR and 4.50 USD');
    expect(sumsOf([])).toEqual([]);
    expect(sumsText([])).toBe('no price known');
  });

  test.each([
    ['0', '0.00 USD'],
    ['1234567.891', '1,234,567.89 USD'],
    ['-1234.5', '-1,234.50 USD'],
    ['0.0004', '0.0004 USD'],
    ['999.999', '1,000.00 USD'],
    ['12', '12.00 USD'],
  ])('%s is read as %s', (amount, text) => {
    expect(moneyText(usd(amount))).toBe(text);
  });

  test('times a factor stays exact, and what takes away what was added is nothing', () => {
    expect(times(usd('0.08'), 100)).toEqual(usd('8'));
    fc.assert(
      fc.property(cents, (one) => {
        const money = usd(spelled(one));
        expect(sumsOf([money, times(money, -1)])).toEqual([usd('0')]);
      }),
    );
  });

  test.each(['', '1,5', '1e3', '.5', '1.', 'NaN', '12345678901234567', '0x10'])('%p is no amount', (amount) => {
    expect(Money.safeParse(usd(amount)).success).toBe(false);
  });
});
