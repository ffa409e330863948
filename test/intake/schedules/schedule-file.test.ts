import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../src/domain/failure.ts';
import { checkSchedules } from '../../../src/intake/schedules/check-schedules.ts';
import { parseSchedules } from '../../../src/intake/schedules/schedule-file.ts';
import { authorityManifest } from '../../support/authority-manifest.ts';

const GOOD = `schedules:
  - name: weekly
    runbook: remediation/restart
    cron: "0 8 * * 1"
    timezone: Europe/Berlin
    mode: propose
    input: { namespace: shop, name: checkout }
`;
const parse = (text: string) => parseSchedules(text, 's.yaml');

const problemsOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
  return '';
};
const checked = (text: string): Promise<string> =>
  checkSchedules(parse(text), authorityManifest).then(
    () => '',
    (error: unknown) => (error instanceof Failure ? error.message : Promise.reject(error)),
  );

describe('a schedule file', () => {
  test('says which runbook starts when; unless told to propose, it observes', () => {
    expect(parse(GOOD).schedules).toEqual([
      {
        name: 'weekly',
        runbook: 'remediation/restart',
        cron: '0 8 * * 1',
        timezone: 'Europe/Berlin',
        mode: 'propose',
        input: { namespace: 'shop', name: 'checkout' },
        line: 2,
      },
    ]);
    expect(parse(GOOD.replace('    mode: propose\n', '')).schedules[0]?.mode).toBe('observe');
    expect(parse('schedules: []').schedules).toEqual([]);
  });

  test.each<[what: string, from: string, to: string, problem: string]>([
    ['four fields', '0 8 * * 1', '0 8 * *', 's.yaml:4: schedules.0.cron: has not five fields'],
    ['seconds', '0 8 * * 1', '0 0 8 * * 1', 's.yaml:4: schedules.0.cron: has not five fields'],
    ['a nickname', '0 8 * * 1', '@weekly', 's.yaml:4: schedules.0.cron: has not five fields'],
    ['a moment', '0 8 * * 1', '2026-01-01T00:00:00Z', 's.yaml:4: schedules.0.cron: has not five fields'],
    ['an hour that is none', '0 8 * * 1', '0 25 * * 1', 's.yaml:4: schedules.0.cron: Invalid value for hour: 25'],
    ['a day that never comes', '0 8 * * 1', '0 8 30 2 *', 's.yaml:4: schedules.0.cron: is never due'],
    ['no zone', 'Europe/Berlin', 'Europe/Atlantis', 's.yaml:5: schedules.0.timezone: is no time zone'],
    [
      'an offset, which knows no summer',
      'Europe/Berlin',
      '"+02:00"',
      's.yaml:5: schedules.0.timezone: is no time zone',
    ],
    ['a mode that is none', 'mode: propose', 'mode: act', 's.yaml:6: schedules.0.mode: '],
    ['a name with spaces', 'name: weekly', 'name: Weekly run', 's.yaml:2: schedules.0.name: is no name'],
    ['a field that is none', 'mode: propose', 'every: 7d', 's.yaml:2: schedules.0: Unrecognized key: "every"'],
    ['an alias', 'name: checkout }', 'name: &a checkout, other: *a }', 's.yaml: aliases (*name) are not taken'],
  ])('%s is named by line and field', (_, from, to, problem) => {
    expect(GOOD).toContain(from);
    expect(problemsOf(() => parse(GOOD.replace(from, to)))).toContain(problem);
  });

  test('every problem is said at once, and a name that is there twice', () => {
    const twice = `${GOOD}${GOOD.replace('schedules:\n', '')}`;
    expect(problemsOf(() => parse(twice))).toBe('s.yaml:8: schedules.1.name: "weekly" is there twice');
    const wrong = GOOD.replace('0 8 * * 1', 'x').replace('Europe/Berlin', 'y').replace('propose', 'z');
    expect(problemsOf(() => parse(wrong)).split('\n')).toHaveLength(3);
  });
});

describe('against the runbooks that exist', () => {
  test.each<[what: string, from: string, to: string, problem: string]>([
    [
      'a runbook that is none',
      'remediation/restart',
      'cost/nothing',
      's.yaml:2: weekly: runbook: there is no "cost/nothing"',
    ],
    ['a field that is missing', ', name: checkout', '', 's.yaml:2: weekly: input.name: is required'],
    [
      'a field that is none',
      'name: checkout',
      'name: checkout, speed: 9',
      's.yaml:2: weekly: input.speed: is not an input of',
    ],
    ['a wrong type', 'name: checkout', 'name: 5', 's.yaml:2: weekly: input.name: must be string'],
    ['a secret', 'name: checkout', 'name: AKIAIOSFODNN7EXAMPLF', 's.yaml:2: weekly: input.name: looks like a secret'],
  ])('%s is said before the first tick', async (_, from, to, problem) => {
    expect(await checked(GOOD)).toBe('');
    expect(GOOD).toContain(from);
    expect(await checked(GOOD.replace(from, to))).toContain(problem);
  });
});
