import { describe, expect, test } from '@jest/globals';
import { verdictOf } from '../../../src/domain/verdict.ts';
import type { Gathered, List } from '../../../src/sdk/run-context.ts';
import { checksOf } from '../../../src/workflows/compliance/public-storage-checks.ts';

const CHANGED = '2026-11-27T12:00:00.000Z';
const LATER = '2026-11-27T13:00:00.000Z';
const DONE: List = {
  name: 'public-done',
  count: 2,
  digest: `sha256:${'0'.repeat(64)}`,
  money: [],
  unpriced: 0,
  sources: [],
  leftOut: 0,
  places: [],
  failures: [],
};

type Looks = Parameters<typeof checksOf>[1];
type FactsOf<K extends 'scans' | 'live' | 'denied'> = NonNullable<Looks[K][string]['facts']>;
const read = <F>(facts: F): Gathered<F> => ({ facts, evidence: undefined, failure: undefined });
const failed = { facts: undefined, evidence: undefined, failure: 'throttled' };

const scan = (changes: Partial<FactsOf<'scans'>> = {}): FactsOf<'scans'> => ({
  scanner: 'prowler',
  version: '5.46.0',
  madeAt: LATER,
  live: true,
  counts: { FAIL: 0, PASS: 2, MANUAL: 0, MUTED: 0 },
  matching: 2,
  resources: 2,
  names: [],
  silent: [],
  unusable: 0,
  duplicates: 0,
  problems: [],
  ...changes,
});
const live = (changes: Partial<FactsOf<'live'>> = {}): FactsOf<'live'> => ({
  looked: 2,
  count: 0,
  withoutLog: 0,
  readAnonymously: 0,
  notPublic: [],
  gone: [],
  ...changes,
});
const denied = (changes: Partial<FactsOf<'denied'>> = {}): FactsOf<'denied'> => ({
  buckets: 2,
  withoutLog: 0,
  silent: 0,
  withRecords: 2,
  withoutLogNames: [],
  deniedIdentified: 0,
  deniedAnonymous: 0,
  denied: [],
  complete: true,
  ...changes,
});

const check = (changes: Partial<Looks> = {}) =>
  checksOf(DONE, {
    scans: { prowler: read(scan()) },
    live: { prod: read(live()) },
    denied: { prod: read(denied()) },
    changedAt: CHANGED,
    ...changes,
  });

test('all is well only when scan, AWS and access logs say so of every bucket', () => {
  expect(verdictOf(check())).toBe('healthy');
  const halves = { a: read(scan({ resources: 1 })), b: read(scan({ resources: 1 })) };
  expect(verdictOf(check({ scans: halves }))).toBe('healthy');
});

describe('it failed when', () => {
  const who = { bucket: 'feed', who: 'role/report', anonymous: false, denied: 3, lastAt: LATER };
  test.each<[string, Partial<Looks>, string]>([
    [
      'the scanner still finds it',
      { scans: { p: read(scan({ counts: { FAIL: 1, PASS: 1, MANUAL: 0, MUTED: 0 }, resources: 1 })) } },
      '1 findings fail',
    ],
    ['one is public', { live: { prod: read(live({ count: 1 })) } }, '1 of 2 is public'],
    [
      'somebody is refused',
      { denied: { prod: read(denied({ deniedIdentified: 1, denied: [who] })) } },
      '1 refused: role/report at feed',
    ],
  ])('%s', (_, changes, seen) => {
    const checks = check(changes);
    expect(verdictOf(checks)).toBe('failed');
    expect(checks.find(({ passed }) => passed === false)?.seen).toContain(seen);
  });
});

describe('nobody can tell when', () => {
  test.each<[string, Partial<Looks>, string]>([
    ['no scanner answers', { scans: { p: failed } }, 'p: throttled'],
    ['the scan is older than the change', { scans: { p: read(scan({ madeAt: CHANGED })) } }, 'before the change'],
    ['the scan says nothing of one of them', { scans: { p: read(scan({ resources: 1 })) } }, '1 pass'],
    ['the scan says nothing of a check', { scans: { p: read(scan({ silent: ['c'] })) } }, 'nothing said of c'],
    ['an account cannot be read', { live: { prod: failed } }, 'prod: throttled'],
    ['one of them was not looked at', { live: { prod: read(live({ looked: 1 })) } }, '0 of 1'],
    [
      'one has no access log',
      { denied: { prod: read(denied({ withoutLog: 1, withRecords: 1 })) } },
      '1 bucket has no access log',
    ],
    [
      'a log says nothing yet',
      { denied: { prod: read(denied({ silent: 2, withRecords: 0 })) } },
      'the logs of 2 say nothing yet',
    ],
    ['nothing at all was read', { scans: {}, live: {}, denied: {} }, '0 pass'],
  ])('%s', (_, changes, seen) => {
    const checks = check(changes);
    expect(verdictOf(checks)).toBe('inconclusive');
    expect(checks.flatMap(({ passed, seen: said }) => (passed === true ? [] : [said])).join('\n')).toContain(seen);
  });
});

test('that nobody without a name may come in any more is what was wanted, and a sample of the logs is called one', () => {
  const checks = check({ denied: { prod: read(denied({ deniedAnonymous: 4, complete: false })) } });
  expect(verdictOf(checks)).toBe('healthy');
  expect(checks.at(-1)?.seen).toContain('4 without a name are refused, as was wanted; by a sample of the logs');
});
