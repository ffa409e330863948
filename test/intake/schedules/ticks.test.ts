import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { dueBetween, tickAfter, type Timetable } from '../../../src/intake/schedules/ticks.ts';

const DAY_MS = 24 * 3600_000;
const MINUTE_MS = 60_000;

/** The next `count` ticks after a moment. */
function ticksFrom(timetable: Timetable, from: string, count: number): string[] {
  const ticks: string[] = [];
  for (let at = new Date(from); ticks.length < count;) {
    const next = tickAfter(timetable, at);
    if (!next) break;
    ticks.push(next.toISOString());
    at = next;
  }
  return ticks;
}

describe('when the clocks change', () => {
  test.each<[what: string, cron: string, timezone: string, from: string, ticks: string[]]>([
    [
      'what is due at eight stays at eight',
      '0 8 * * 1',
      'Europe/Berlin',
      '2026-03-22T00:00:00Z',
      ['2026-03-23T07:00:00.000Z', '2026-03-30T06:00:00.000Z'],
    ],
    [
      'a tick that the clock jumps over is due when it jumps',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-03-28T00:00:00Z',
      ['2026-03-28T01:30:00.000Z', '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
    ],
    [
      'the same in another country, on another day',
      '15 2 * * *',
      'America/New_York',
      '2026-03-07T12:00:00Z',
      ['2026-03-08T07:00:00.000Z', '2026-03-09T06:15:00.000Z'],
    ],
    [
      'where midnight itself does not exist',
      '0 0 * * *',
      'America/Sao_Paulo',
      '2018-11-03T12:00:00Z',
      ['2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'],
    ],
    [
      'a tick that exists twice is due once, at the first',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    ],
    [
      'what is due every half hour goes on in real time where an hour is missing',
      '*/30 * * * *',
      'Europe/Berlin',
      '2026-03-29T00:10:00Z',
      ['2026-03-29T00:30:00.000Z', '2026-03-29T01:00:00.000Z', '2026-03-29T01:30:00.000Z'],
    ],
    [
      'and where one comes twice',
      '0 * * * *',
      'Europe/Berlin',
      '2026-10-24T23:30:00Z',
      ['2026-10-25T00:00:00.000Z', '2026-10-25T01:00:00.000Z', '2026-10-25T02:00:00.000Z'],
    ],
  ])('%s', (_, cron, timezone, from, ticks) => {
    const timetable = { cron, timezone };
    expect(ticksFrom(timetable, from, ticks.length)).toEqual(ticks);
    // Looked at from behind, it is the same.
    for (const tick of ticks) {
      const at = new Date(tick);
      expect(dueBetween(timetable, new Date(at.getTime() - 1), at).tick).toEqual(at);
      expect(dueBetween(timetable, at, new Date(at.getTime() + MINUTE_MS / 2)).tick).toBeUndefined();
    }
  });
});

test('with weekday and day of the month both given, either is enough, as in cron', () => {
  expect(ticksFrom({ cron: '0 8 1 * 1', timezone: 'UTC' }, '2026-01-24T00:00:00Z', 3)).toEqual([
    '2026-01-26T08:00:00.000Z',
    '2026-02-01T08:00:00.000Z',
    '2026-02-02T08:00:00.000Z',
  ]);
});

const timetables = fc.record({
  cron: fc.constantFrom('0 8 * * 1', '30 2 * * *', '*/7 * * * *', '0 */6 * * *', '15 0 1 * *', '0 12 * 2 MON-FRI'),
  timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
});
const moments = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2027-12-31T00:00:00Z'),
  noInvalidDate: true,
});

test('however often it is looked, each tick is found exactly once', () => {
  const looks = fc.array(fc.integer({ min: 1, max: 2 * 3600_000 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(timetables, moments, looks, (timetable, start, gaps) => {
      const found: Date[] = [];
      let after = start;
      for (const gap of gaps) {
        const now = new Date(after.getTime() + gap);
        const { tick, missed } = dueBetween(timetable, after, now);
        found.push(...[...missed].toReversed(), ...(tick ? [tick] : []));
        after = now;
      }
      const all = ticksFrom(timetable, start.toISOString(), found.length + 1);
      expect(found.map((at) => at.toISOString())).toEqual(all.filter((at) => new Date(at) <= after));
    }),
    { numRuns: 50 },
  );
});

test('after any time away at most one tick is started, the latest, and none that is a day old; every other one is said', () => {
  fc.assert(
    fc.property(timetables, moments, fc.integer({ min: 0, max: 60 * DAY_MS }), (timetable, after, away) => {
      const now = new Date(after.getTime() + away);
      const { tick, missed } = dueBetween(timetable, after, now);
      const all = [...(tick ? [tick] : []), ...missed];
      expect(all.every((at) => at > after && at <= now)).toBe(true);
      expect(all).toEqual(all.toSorted((a, b) => b.getTime() - a.getTime()));
      expect(new Set(all.map(Number)).size).toBe(all.length);
      if (tick) expect(now.getTime() - tick.getTime()).toBeLessThan(DAY_MS);
      else expect(all.every((at) => now.getTime() - at.getTime() >= DAY_MS)).toBe(true);
      expect(all.length).toBeLessThanOrEqual(100);
    }),
    { numRuns: 50 },
  );
});

test('a clock that was put back has nothing due', () => {
  const timetable = { cron: '* * * * *', timezone: 'UTC' };
  expect(dueBetween(timetable, new Date('2026-05-01T12:00:00Z'), new Date('2026-05-01T11:00:00Z'))).toEqual({
    tick: undefined,
    missed: [],
  });
});
