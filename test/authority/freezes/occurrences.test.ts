import { describe, expect, test } from '@jest/globals';
import { instantIn } from '../../../src/authority/freezes/instant-in.ts';
import { occurrencesIn } from '../../../src/authority/freezes/occurrences.ts';

const BERLIN = `BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE`;

const event = (lines: string) => `BEGIN:VEVENT\nUID:e1\nSUMMARY:Quiet days\n${lines}\nEND:VEVENT`;
const calendar = (...parts: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...parts, 'END:VCALENDAR']
    .join('\n')
    .replaceAll('\n', '\r\n');
const within = (text: string, from = '2026-03-01', to = '2026-05-01') =>
  occurrencesIn(text, new Date(from), new Date(to)).map((one) => [one.from.toISOString(), one.to.toISOString()]);

describe('a calendar covers', () => {
  test.each<[string, string[], string[][]]>([
    [
      'what is given in UTC',
      [event('DTSTART:20260310T080000Z\nDTEND:20260310T180000Z')],
      [['2026-03-10T08:00:00.000Z', '2026-03-10T18:00:00.000Z']],
    ],
    [
      'a duration',
      [event('DTSTART:20260310T080000Z\nDURATION:PT90M')],
      [['2026-03-10T08:00:00.000Z', '2026-03-10T09:30:00.000Z']],
    ],
    [
      'a zone that the world knows, before and after the clocks change',
      [
        event('DTSTART;TZID=Europe/Berlin:20260328T080000\nDTEND;TZID=Europe/Berlin:20260328T090000'),
        event('DTSTART;TZID=Europe/Berlin:20260329T080000\nDTEND;TZID=Europe/Berlin:20260329T090000').replace(
          'e1',
          'e2',
        ),
      ],
      [
        ['2026-03-28T07:00:00.000Z', '2026-03-28T08:00:00.000Z'],
        ['2026-03-29T06:00:00.000Z', '2026-03-29T07:00:00.000Z'],
      ],
    ],
    [
      'a zone that only the calendar itself defines',
      [
        BERLIN,
        event(
          'DTSTART;TZID=W. Europe Standard Time:20260401T080000\nDTEND;TZID=W. Europe Standard Time:20260401T090000',
        ),
      ],
      [['2026-04-01T06:00:00.000Z', '2026-04-01T07:00:00.000Z']],
    ],
    [
      "a time without a zone in the calendar's own",
      ['X-WR-TIMEZONE:America/New_York', event('DTSTART:20260401T080000\nDTEND:20260401T090000')],
      [['2026-04-01T12:00:00.000Z', '2026-04-01T13:00:00.000Z']],
    ],
    [
      'whole days, in the calendar’s own zone, also where its owner is free',
      [
        'X-WR-TIMEZONE:Europe/Berlin',
        event('DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330\nTRANSP:TRANSPARENT'),
      ],
      [['2026-03-27T23:00:00.000Z', '2026-03-29T22:00:00.000Z']],
    ],
    [
      'one whole day where no end is given',
      [event('DTSTART;VALUE=DATE:20260401')],
      [['2026-04-01T00:00:00.000Z', '2026-04-02T00:00:00.000Z']],
    ],
    [
      'each repetition at the same hour of its clock, without those taken out or called off, and one moved',
      [
        event(
          'DTSTART;TZID=Europe/Berlin:20200103T170000\nDTEND;TZID=Europe/Berlin:20200103T180000\nRRULE:FREQ=WEEKLY;BYDAY=FR\nEXDATE;TZID=Europe/Berlin:20260320T170000',
        ),
        event(
          'RECURRENCE-ID;TZID=Europe/Berlin:20260327T170000\nDTSTART;TZID=Europe/Berlin:20260327T200000\nDTEND;TZID=Europe/Berlin:20260327T210000',
        ),
        event(
          'RECURRENCE-ID;TZID=Europe/Berlin:20260403T170000\nDTSTART;TZID=Europe/Berlin:20260403T170000\nDTEND;TZID=Europe/Berlin:20260403T180000\nSTATUS:CANCELLED',
        ),
      ],
      [
        ['2026-03-13T16:00:00.000Z', '2026-03-13T17:00:00.000Z'],
        ['2026-03-27T19:00:00.000Z', '2026-03-27T20:00:00.000Z'],
        ['2026-04-10T15:00:00.000Z', '2026-04-10T16:00:00.000Z'],
      ],
    ],
    ['nothing of what is cancelled', [event('DTSTART:20260310T080000Z\nDTEND:20260310T180000Z\nSTATUS:CANCELLED')], []],
    ['nothing of what lasts no time', [event('DTSTART:20260310T080000Z')], []],
    ['nothing of what is long over', [event('DTSTART:20250310T080000Z\nDTEND:20250310T180000Z')], []],
    ['nothing when it is empty', [], []],
  ])('%s', (what, parts, covered) => {
    const since = what.startsWith('each') ? '2026-03-10' : '2026-03-01';
    expect(within(calendar(...parts), since, '2026-04-15')).toEqual(covered);
  });

  test('what began before and still lasts', () => {
    const text = calendar(event('DTSTART:20260101T000000Z\nDTEND:20260601T000000Z'));
    expect(within(text)).toEqual([['2026-01-01T00:00:00.000Z', '2026-06-01T00:00:00.000Z']]);
  });

  test('an event by its summary on one line, and by a name where it has none', () => {
    const named = calendar(
      event('DTSTART:20260310T080000Z\nDTEND:20260310T180000Z').replace('Quiet days', 'Quarter\\nend'),
    );
    const bare = calendar(
      event('DTSTART:20260310T080000Z\nDTEND:20260310T180000Z').replace('SUMMARY:Quiet days\n', ''),
    );
    const summaries = [named, bare].map(
      (text) => occurrencesIn(text, new Date('2026-03-01'), new Date('2026-04-01'))[0]?.summary,
    );
    expect(summaries).toEqual(['Quarter end', 'change freeze']);
  });
});

describe('a calendar cannot be understood', () => {
  test.each([
    ['empty text', ''],
    ['a sign-in page', '<!doctype html><title>Sign in</title>'],
    ['half a calendar', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260310T080000Z'],
    ['something else than a calendar', 'BEGIN:VCARD\r\nFN:Ada\r\nEND:VCARD'],
    [
      'a zone that nobody knows',
      calendar(event('DTSTART;TZID=Mars/Olympus:20260310T080000\nDTEND;TZID=Mars/Olympus:20260310T090000')),
    ],
    ['an event without a beginning', calendar(event('DTEND:20260310T180000Z'))],
    [
      'a rule that repeats each second',
      calendar(event('DTSTART:20200101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY')),
    ],
    ['a date that is none', calendar(event('DTSTART:2026\nDTEND:20260310T180000Z'))],
  ])('when it is %s', (_, text) => {
    expect(() => within(text)).toThrow();
  });
});

test.each([
  ['Europe/Berlin', [2026, 3, 29, 1, 59], '2026-03-29T00:59:00.000Z'],
  // Skipped by the clock: read as if it had not been put forward yet.
  ['Europe/Berlin', [2026, 3, 29, 2, 30], '2026-03-29T01:30:00.000Z'],
  ['Europe/Berlin', [2026, 3, 29, 3, 0], '2026-03-29T01:00:00.000Z'],
  // Shown twice: the first is meant.
  ['Europe/Berlin', [2026, 10, 25, 2, 30], '2026-10-25T00:30:00.000Z'],
  ['Europe/Berlin', [2026, 10, 25, 3, 0], '2026-10-25T02:00:00.000Z'],
  ['America/New_York', [2026, 11, 1, 0, 0], '2026-11-01T04:00:00.000Z'],
  ['Pacific/Kiritimati', [2026, 1, 1, 0, 0], '2025-12-31T10:00:00.000Z'],
  ['Asia/Kathmandu', [2026, 1, 1, 0, 0], '2025-12-31T18:15:00.000Z'],
  ['UTC', [2026, 1, 1, 24, 0], '2026-01-02T00:00:00.000Z'],
] as const)('in %s a clock that shows %j is at %s', (zone, [year, month, day, hour, minute], instant) => {
  expect(instantIn(zone, { year, month, day, hour, minute, second: 0 }).toISOString()).toBe(instant);
});
