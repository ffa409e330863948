import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Doors } from '../../../src/authority/doors.ts';
import { lookAtSchedules, type SchedulerParts } from '../../../src/intake/schedules/look.ts';
import { parseSchedules } from '../../../src/intake/schedules/schedule-file.ts';
import { scheduleViews } from '../../../src/intake/schedules/schedule-views.ts';
import { ANN, type AuthorityFixture, startAuthority } from '../../support/authority-fixture.ts';
import { describeReal } from '../../support/parts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const { schedules } = parseSchedules(
  `schedules:
  - { name: weekly, runbook: remediation/restart, cron: "0 8 * * 1", timezone: Europe/Berlin, mode: propose,
      input: { namespace: shop, name: checkout } }
`,
  's.yaml',
);

describeReal('schedules', ['postgres'], () => {
  let belay: AuthorityFixture;
  let others: AuthorityFixture[];
  let said: string[];
  beforeEach(async () => {
    // The Monday is 2026-03-02, its tick at 07:00 UTC.
    belay = await startAuthority({ startsAt: Date.parse('2026-03-02T06:59:00.000Z') });
    others = [];
    said = [];
  });
  afterEach(async () => {
    for (const one of [belay, ...others]) await one.close();
  });

  const log = {
    info: (_: object, message: string) => void said.push(message),
    warn: (_: object, message: string) => void said.push(message),
  };
  const partsOf = ({ context, doors }: AuthorityFixture, more: Partial<SchedulerParts> = {}): SchedulerParts => ({
    context,
    doors,
    schedules,
    log,
    ...more,
  });
  const look = (server = belay, more: Partial<SchedulerParts> = {}) => lookAtSchedules(partsOf(server, more));
  const runs = () => belay.doors.runs({});
  const ticks = async () => (await runs()).map(({ trigger }) => (trigger.kind === 'schedule' ? trigger.tick : 'none'));
  const restarted = async () => {
    const next = await belay.restart();
    others.push(next);
    return next;
  };
  const view = async (server = belay) => (await scheduleViews(server.context, schedules))[0];

  test('nothing is due before its time; at its time one run starts, asked for by the schedule, once', async () => {
    await look();
    expect(await runs()).toEqual([]);
    belay.forward(MINUTE);
    for (let times = 0; times < 3; times += 1) await look();
    expect(await runs()).toMatchObject([
      {
        runbook: 'remediation/restart',
        mode: 'propose',
        input: { namespace: 'shop', name: 'checkout' },
        requester: { id: 'schedule:weekly', name: 'schedule weekly', door: 'schedule' },
        trigger: { kind: 'schedule', name: 'weekly', tick: '2026-03-02T07:00:00.000Z' },
        state: 'queued',
      },
    ]);
    belay.forward(7 * DAY);
    await look();
    expect(await ticks()).toEqual(['2026-03-09T07:00:00.000Z', '2026-03-02T07:00:00.000Z']);
    expect((await belay.doors.verifyLedger()).problems).toEqual([]);
  });

  test('two servers that look at the same moment, and one that takes over, start one run for a tick', async () => {
    await look();
    const second = await restarted();
    belay.forward(MINUTE);
    second.forward(MINUTE);
    await Promise.all([look(), look(second), look(), look(second)]);
    const third = await restarted();
    await look(third);
    expect(await ticks()).toEqual(['2026-03-02T07:00:00.000Z']);
  });

  test('a server that dies between starting and remembering it does not start it again', async () => {
    await look();
    belay.forward(MINUTE);
    const start: Doors['start'] = async (...asked) => {
      await belay.doors.start(...asked);
      throw new Error('the database went away');
    };
    await expect(look(belay, { doors: { start } })).rejects.toThrow('could not be looked at');
    await look(await restarted());
    expect(await ticks()).toEqual(['2026-03-02T07:00:00.000Z']);
  });

  test('what was due while no server ran starts when one is up again, once', async () => {
    await look();
    belay.forward(DAY - HOUR);
    await look(await restarted());
    expect(await ticks()).toEqual(['2026-03-02T07:00:00.000Z']);
    expect(await view()).toMatchObject({ missed: null, next: '2026-03-09T07:00:00.000Z' });
  });

  test('what was due more than a day ago is said and not started, until the next one', async () => {
    await look();
    belay.forward(2 * DAY);
    const next = await restarted();
    await look(next);
    expect(await runs()).toEqual([]);
    expect(said).toEqual(['a scheduled run was not started']);
    expect(await view(next)).toMatchObject({
      last: null,
      missed: { tick: '2026-03-02T07:00:00.000Z', why: 'no server looked at it in time' },
    });
    next.forward(5 * DAY + MINUTE);
    await look(next);
    const [run] = await runs();
    expect(await view(next)).toMatchObject({
      last: { run: run?.id, tick: '2026-03-09T07:00:00.000Z', state: 'queued' },
      missed: null,
    });
  });

  test('a schedule that is new has missed nothing', async () => {
    belay.forward(HOUR);
    await look();
    expect([await runs(), said]).toEqual([[], []]);
  });

  test('a clock that was a year ahead and is right again delays nothing and repeats nothing', async () => {
    await look();
    belay.forward(MINUTE);
    await look();
    belay.forward(364 * DAY);
    await look();
    belay.forward(-364 * DAY);
    await look();
    await look();
    belay.forward(7 * DAY);
    await look();
    expect(await ticks()).toContain('2026-03-09T07:00:00.000Z');
    expect(new Set(await ticks()).size).toBe((await runs()).length);
    expect(said).toContain('the clock was put back; ticks are counted from now again');
  });

  test('a server whose clock is some seconds behind changes nothing', async () => {
    const slow = await restarted();
    await look();
    belay.forward(MINUTE);
    await look();
    slow.forward(MINUTE - 5000);
    await look(slow);
    slow.forward(10_000);
    await look(slow);
    expect(await ticks()).toEqual(['2026-03-02T07:00:00.000Z']);
    expect(said).toEqual(['a scheduled run is started']);
  });

  test('a halt lets it be registered, and it waits as every run does', async () => {
    await look();
    await belay.doors.halt({ scope: { kind: 'all' }, reason: 'for the test', undo: false }, ANN);
    belay.forward(MINUTE);
    await look();
    expect((await runs())[0]).toMatchObject({ requester: { id: 'schedule:weekly' }, state: 'queued' });
  });

  test('one that cannot be started is said, keeps no other, and is not tried for ever', async () => {
    const [weekly] = schedules;
    if (!weekly) throw new Error('there is none');
    const both = [{ ...weekly, name: 'gone', runbook: 'no/such' }, weekly];
    await look(belay, { schedules: both });
    belay.forward(MINUTE);
    await look(belay, { schedules: both });
    await look(belay, { schedules: both });
    expect(await ticks()).toEqual(['2026-03-02T07:00:00.000Z']);
    expect(said.filter((line) => line === 'a scheduled run was not started')).toHaveLength(1);
    expect((await scheduleViews(belay.context, both))[0]?.missed?.why).toContain('There is no runbook "no/such"');
  });
});
