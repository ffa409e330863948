import { badQuery } from './promql-error.ts';

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

const DURATION = /^(?:\d+(?:ms|[smhdwy]))+$/;

/** `1h30m`, or a number of seconds, in milliseconds; a leading minus is kept. @throws PromqlError */
export function parseDuration(text: string): number {
  const negative = text.startsWith('-');
  const plain = text.replace(/^[+-]/, '').trim();
  const ms = DURATION.test(plain)
    ? [...plain.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
        (sum, [, n, unit]) => sum + Number(n) * (UNITS[unit ?? ''] ?? 0),
        0,
      )
    : Number(plain) * 1000;
  if (plain === '' || !Number.isFinite(ms)) throw badQuery(`parse error: not a valid duration string: "${text}"`);
  return negative ? -ms : ms;
}

/** A number as PromQL writes it: decimal, hexadecimal, `Inf`, `NaN`, or a duration in seconds. @throws PromqlError */
export function parseNumber(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const plain = text.replace(/^[+-]/, '').toLowerCase();
  if (plain === 'inf') return sign * Number.POSITIVE_INFINITY;
  if (plain === 'nan') return Number.NaN;
  if (DURATION.test(plain)) return (sign * parseDuration(plain)) / 1000;
  const value = Number(plain.replaceAll('_', ''));
  if (Number.isNaN(value)) throw badQuery(`parse error: bad number or duration syntax: "${text}"`);
  return sign * value;
}

/** A quoted string with Go's escapes; back quotes have none. @throws PromqlError */
export function parseString(text: string): string {
  const quote = text[0];
  const inside = text.slice(1, -1);
  if (quote === '`') return inside;
  // Single quotes differ from JSON only in which quote is escaped.
  const json = quote === "'" ? inside.replace(/\\'|"/g, (found) => (found === '"' ? String.raw`\"` : "'")) : inside;
  try {
    return String(JSON.parse(`"${json}"`));
  } catch {
    throw badQuery(`parse error: invalid escape in string ${text}`);
  }
}
