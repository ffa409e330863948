import { expect, test } from '@jest/globals';
import { findingOf } from '../support/finding-sample.ts';
import { useFakeApi } from './use-fake-api.ts';

const { against } = useFakeApi('findings');

const KNOWN = {
  state: 'open',
  firstSeen: '2026-11-01T08:00:00.000Z',
  lastSeen: '2026-11-27T08:00:00.000Z',
  goneAt: null,
  reopened: 2,
  finding: findingOf('web\u001b[2Jsite'),
};

test('findings shows each with when it was first and last seen and how often it came back, inert', async () => {
  const ended = await against({ 'GET /api/findings?': { body: { findings: [KNOWN], count: 700 } } });
  expect(ended).toMatchObject({ code: 0, err: '' });
  for (const part of ['critical', 's3_bucket_public_access', '2026-11-01 08:00Z', '2026-11-27 08:00Z', '2', 'prowler'])
    expect(ended.out).toContain(part);
  expect(ended.out).not.toContain('\u001b[2J');
  expect(ended.out).toContain('and 699 more');
});

test('findings of one check, and those that are gone', async () => {
  const gone = { ...KNOWN, state: 'gone', goneAt: '2026-11-27T09:00:00.000Z' };
  const body = { findings: [gone], count: 1 };
  const ended = await against({ 'GET /api/findings?gone=true&check=c': { body } }, '--gone', '--check', 'c');
  expect(ended.out).toContain('gone 2026-11-27 09:00Z');
  const none = await against({ 'GET /api/findings?': { body: { findings: [], count: 0 } } });
  expect(none.out).toContain('No findings.');
});
