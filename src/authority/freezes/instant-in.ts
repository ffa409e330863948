/** A wall clock's reading, as calendars write it; the month from 1. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** How far a zone is ahead of UTC at an instant. Milliseconds. @throws RangeError for a zone nobody knows. */
function offsetOf(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - at;
}

/**
 * When a wall clock in an IANA zone showed this. In the hour that a clock shows twice the first is meant; one that is
 * skipped is read as if the clock had not been put forward yet. @throws RangeError for a zone nobody knows.
 */
export function instantIn(zone: string, { year, month, day, hour, minute, second }: WallClock): Date {
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  // The offset holds at the instant, not at the reading; the one a day before decides where both would do.
  const before = wall - offsetOf(zone, wall - 86_400_000);
  if (before + offsetOf(zone, before) === wall) return new Date(before);
  const after = wall - offsetOf(zone, wall + 86_400_000);
  return new Date(after + offsetOf(zone, after) === wall ? after : before);
}
