import { afterEach, expect, test } from '@jest/globals';
import type { ScheduleView } from '../../src/intake/schedules/schedule-views.ts';
import { belay } from './belay.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';

let api: FakeApi | undefined;
afterEach(async () => {
  await api?.stop();
  api = undefined;
});

async function against(schedules: readonly ScheduleView[], ...args: string[]) {
  api = await startFakeApi(({ path }) => {
    if (path === '/api/schedules') return { body: { schedules } };
    return path === '/api/halt' ? { body: { halts: [] } } : undefined;
  });
  return await belay(['schedules', ...args, '--data', api.data, '--port', String(api.port)]);
}

const weekly: ScheduleView = {
  name: 'weekly',
  runbook: 'cost/unattached-volumes',
  cron: '0 8 * * 1',
  timezone: 'Europe/Berlin',
  mode: 'propose',
  next: '2026-11-30T07:00:00.000Z',
  last: { run: 'r-7k2m9qxd', tick: '2026-11-23T07:00:00.000Z', state: 'finished', outcome: 'fixed' },
  missed: null,
};

test('each is listed with what is due next, in its zone and in UTC, and what it started last', async () => {
  const monthly = { ...weekly, name: 'monthly', mode: 'observe' as const, next: null, last: null };
  const { out, code } = await against([weekly, monthly]);
  expect(code).toBe(0);
  expect(out.split('\n').map((line) => line.split(/  +/))).toEqual([
    ['NAME', 'RUNBOOK', 'MODE', 'NEXT', 'NEXT, UTC', 'LAST RUN'],
    [
      'weekly',
      'cost/unattached-volumes',
      'propose',
      '2026-11-30 08:00 Europe/Berlin',
      '2026-11-30 07:00:00',
      'r-7k2m9qxd fixed, 2026-11-23 07:00:00',
    ],
    ['monthly', 'cost/unattached-volumes', 'observe', 'never again', 'none yet'],
    [''],
  ]);
});

test('what was missed is said with why', async () => {
  const missed = { tick: '2026-11-23T07:00:00.000Z', why: 'no server looked at it in time' };
  const { out } = await against([{ ...weekly, last: null, missed }]);
  expect(out).toContain(
    'weekly: what was due at 2026-11-23 07:00:00 UTC was not started: no server looked at it in time',
  );
});

test('without any, it says how to have some; programs get the answer as it is', async () => {
  expect((await against([])).out).toContain('BELAY_SCHEDULES');
  await api?.stop();
  expect(JSON.parse((await against([weekly], '--json')).out)).toEqual({ schedules: [weekly] });
});
