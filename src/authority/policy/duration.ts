import ms from 'ms';

const UNITS = { s: ms('1s'), m: ms('1m'), h: ms('1h'), d: ms('1d'), w: ms('7d') } as const;
const DURATION = /^([1-9]\d{0,5})([smhdw])$/;

/** `30m`, `8h`, `7d` in milliseconds. @throws Error that says what is wrong, for whoever writes it. */
export function parseDuration(text: string): number {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const one = Object.entries(UNITS).find(([name]) => name === unit)?.[1];
  if (count === undefined || one === undefined)
    throw new Error(`"${text}" is no duration; one is a number and s, m, h, d or w, such as 30m`);
  return Number(count) * one;
}
