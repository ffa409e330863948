import { Big } from 'big.js';
import { z } from 'zod';

/** An exact amount: a decimal as text, never a float, and an ISO 4217 code. */
export const Money = z.object({
  amount: z.string().regex(/^-?\d{1,15}(\.\d{1,10})?$/, 'is no decimal such as 12.50'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'is no ISO 4217 code such as USD'),
});
export type Money = z.infer<typeof Money>;

/** What something costs a month, and who says so: `price table 2026-11-01` or `Cost Explorer, 2026-10`. */
export const Priced = Money.extend({ source: z.string().min(1).max(200) });
export type Priced = z.infer<typeof Priced>;

/** Without trailing zeros, so that equal amounts have equal spellings (and equal digests). */
const spelled = (amount: Big): string => amount.round(10, Big.roundHalfEven).toFixed();

/** An amount times a factor, exact to ten places. */
export const times = ({ amount, currency }: Money, factor: number | string): Money => ({
  amount: spelled(new Big(amount).times(factor)),
  currency,
});

/** Sums, one for each currency, by code: amounts of two currencies are never added. */
export function sumsOf(amounts: readonly Money[]): Money[] {
  const sums = new Map<string, Big>();
  for (const { amount, currency } of amounts) sums.set(currency, (sums.get(currency) ?? new Big(0)).plus(amount));
  return [...sums]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([currency, sum]) => ({ amount: spelled(sum), currency }));
}

/** Below zero when `a` is less, of one currency. */
export const compareAmounts = (a: Money, b: Money): number => new Big(a.amount).cmp(b.amount);

/** Sorts the dearest first; of two currencies the one with the larger number. What has no price comes last. */
export function byCost(a: Money | null, b: Money | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compareAmounts(b, a);
}

/** As people read it: `1,234.50 USD`; two places, and never rounded to nothing. */
export function moneyText({ amount, currency }: Money): string {
  const exact = new Big(amount);
  const rounded = exact.round(2, Big.roundHalfEven);
  const shown = rounded.eq(0) && !exact.eq(0) ? exact : rounded;
  const [whole = '0', fraction = ''] = shown.toFixed().split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction.padEnd(2, '0')} ${currency}`;
}

/** Several sums in words: `310.00 EUR and 1,200.00 USD`; what nothing adds up to is not a number. */
export const sumsText = (sums: readonly Money[]): string =>
  sums.length === 0 ? 'no price known' : sums.map(moneyText).join(' and ');
