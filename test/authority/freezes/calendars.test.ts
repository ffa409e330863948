import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { calendarName, startCalendars } from '../../../src/authority/freezes/calendars.ts';
import { readCalendar } from '../../../src/authority/freezes/read-calendar.ts';

const FREEZE = [
  'BEGIN:VCALENDAR',
  'BEGIN:VEVENT',
  'UID:e1',
  'SUMMARY:Quarter end',
  'DTSTART:20260330T000000Z',
  'DTEND:20260402T000000Z',
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n');
const SECRET = 'https://calendar.example.com/private-0123456789/basic.ics';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function watched(read: () => Promise<string>, place = SECRET) {
  let now = new Date('2026-03-30T12:00:00Z');
  const problems: string[] = [];
  const calendars = startCalendars({
    places: [place],
    now: () => now,
    read,
    onError: (calendar, error) => problems.push(`${calendar}: ${String(error)}`),
  });
  stops.push(() => calendars.stop());
  const forward = (minutes: number) => {
    now = new Date(now.getTime() + minutes * 60_000);
  };
  return { calendars, problems, forward, names: () => calendars.namesAt(now), coming: () => calendars.comingFrom(now) };
}

describe('a calendar', () => {
  test('freezes while an event of it lasts, by its name and never by its address', async () => {
    const { calendars, names, coming, forward } = watched(async () => FREEZE);
    await calendars.refresh();
    expect(names()).toEqual(['Quarter end (calendar at calendar.example.com)']);
    expect(coming()).toMatchObject([
      { reason: 'Quarter end', from: '2026-03-30T00:00:00.000Z', scope: { kind: 'all' }, source: 'calendar' },
    ]);
    expect(JSON.stringify([names(), coming()])).not.toContain('private');
    forward(60 * 60);
    await calendars.refresh();
    expect([names(), coming()]).toEqual([[], []]);
  });

  test('that was not read yet counts as a freeze', async () => {
    const { names } = watched(() => new Promise(() => {}));
    expect(names()).toEqual(['the calendar at calendar.example.com cannot be relied on (it was not read yet)']);
  });

  test('that does not answer is believed for an hour more, then counts as a freeze until it answers', async () => {
    let up = true;
    const { calendars, names, forward, coming, problems } = watched(async () => {
      if (!up) throw new Error('it answered 502');
      return FREEZE;
    });
    await calendars.refresh();
    up = false;
    for (const minutes of [30, 30]) {
      forward(minutes);
      await calendars.refresh();
      expect(names()).toEqual(['Quarter end (calendar at calendar.example.com)']);
    }
    forward(1);
    await calendars.refresh();
    expect(names()).toEqual(['the calendar at calendar.example.com cannot be relied on (it answered 502)']);
    expect(coming()).toMatchObject([{ reason: expect.stringContaining('it answered 502') }]);
    expect(problems).toHaveLength(1);
    up = true;
    await calendars.refresh();
    expect(names()).toEqual(['Quarter end (calendar at calendar.example.com)']);
  });

  test('that nobody reads any more counts as a freeze, whatever it said last', async () => {
    const { calendars, names, forward } = watched(async () => FREEZE.replace('20260330', '20260501'));
    await calendars.refresh();
    expect(names()).toEqual([]);
    forward(61);
    expect(names()).toEqual([expect.stringContaining('it was last read at 2026-03-30T12:00:00.000Z')]);
  });

  test('that turns into something else counts as a freeze at once', async () => {
    let text = FREEZE;
    const { calendars, names } = watched(async () => text);
    await calendars.refresh();
    text = '<html>Sign in</html>';
    await calendars.refresh();
    expect(names()).toEqual([expect.stringContaining('cannot be relied on')]);
  });
});

describe('is read', () => {
  const serve = async (answer: Parameters<typeof createServer>[1]): Promise<string> => {
    const server: Server = createServer(answer ?? (() => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  };

  test('from a file, and a file that is not there is a problem', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'belay-calendar-'));
    stops.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'freezes.ics');
    await expect(readCalendar(file)).rejects.toThrow('ENOENT');
    writeFileSync(file, FREEZE);
    expect(await readCalendar(file)).toBe(FREEZE);
    expect(calendarName(file)).toBe('calendar freezes.ics');
    writeFileSync(file, 'x'.repeat(2_000_001));
    await expect(readCalendar(file)).rejects.toThrow('larger than 2 MB');
  });

  test('from an address, also where it moved on the same host', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(302, { location: '/new' }).end();
      else response.end(FREEZE);
    });
    expect(await readCalendar(`${url}/old`)).toBe(FREEZE);
  });

  test('never from another host than the one configured', async () => {
    let asked = 0;
    const other = await serve((_, response) => {
      asked += 1;
      response.end(FREEZE);
    });
    const url = await serve((_, response) => response.writeHead(301, { location: `${other}/x` }).end());
    await expect(readCalendar(url)).rejects.toThrow('not the address that was configured');
    expect(asked).toBe(0);
  });

  test.each<[string, Parameters<typeof createServer>[1], string]>([
    ['refuses', (_, response) => response.writeHead(403).end('no'), 'it answered 403'],
    ['redirects for ever', (_, response) => response.writeHead(302, { location: '/' }).end(), 'redirects more than 3'],
    ['never ends', (_, response) => sendForEver(response), 'larger than 2 MB'],
    ['sends no text', (_, response) => response.end(Buffer.from([0xff, 0xfe, 0x00])), ''],
  ])('not from one that %s', async (_, answer, message) => {
    await expect(readCalendar(await serve(answer))).rejects.toThrow(message);
  });
});

function sendForEver(response: {
  write(chunk: string): boolean;
  on(event: string, listener: () => void): unknown;
  destroyed: boolean;
}) {
  const more = () => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
  };
  response.on('drain', more);
  more();
}
