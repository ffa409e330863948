import { expect, test } from '@jest/globals';
import { exceptionSample } from '../support/exception-sample.ts';
import { useFakeApi } from './use-fake-api.ts';

const { against, posted } = useFakeApi('exceptions');

const EXCEPTION = exceptionSample({ state: 'requested' });
const { resource } = EXCEPTION;
const SAID = ['--owner', 'platform team', '--reason', 'a website', '--control', 'public files only'];
const BODY = { resource, owner: 'platform team', reason: 'a website', control: 'public files only' };
const TAKEN = { 'POST /api/exceptions': { status: 201, body: EXCEPTION } };

test.each([
  [['--check', 'c', '--until', '2026-12-24'], { check: 'c', until: '2026-12-24T23:59:59.000Z' }],
  [['--runbook', 'a/b', '--until', '2026-12-24T18:00:00+01:00'], { runbook: 'a/b', until: '2026-12-24T17:00:00.000Z' }],
])('exceptions request %j asks for %j, and says how it is approved', async (args, body) => {
  const ended = await against(TAKEN, 'request', resource, ...args, ...SAID);
  expect(ended).toMatchObject({ code: 0, err: '' });
  expect(ended.out).toContain('belay approve g-7k2m9q');
  expect(posted()).toEqual([{ ...BODY, ...body }]);
});

test.each([
  [['--check', 'c', '--until', 'soon', ...SAID], '--until "soon" is no day or moment'],
  [['--check', 'c', ...SAID], '--until'],
  [['--check', 'c', '--until', '2026-12-24', ...SAID.slice(2)], '--owner'],
  [['--check', 'c', '--until', '2026-12-24', ...SAID.slice(0, 4)], '--control'],
])('exceptions request with %j is a mistake of usage and asks nothing', async (args, message) => {
  const ended = await against(TAKEN, 'request', resource, ...args);
  expect(ended.code).toBe(2);
  expect(ended.err).toContain(message);
  expect(posted()).toEqual([]);
});

test('exceptions list shows each with who answers for it and what is done meanwhile, inert', async () => {
  const nasty = exceptionSample({ reason: 'a\u001b[2Jb' });
  const ended = await against({ 'GET /api/exceptions': { body: { exceptions: [nasty] } } }, 'list');
  for (const part of [
    'x-7k2m9q',
    'in-force',
    resource,
    's3_bucket_public_access',
    'platform team',
    'only public files',
  ])
    expect(ended.out).toContain(part);
  expect(ended.out).not.toContain('\u001b[2J');
  const none = await against({ 'GET /api/exceptions?past=true': { body: { exceptions: [] } } }, 'list', '--all');
  expect(none.out).toContain('No exceptions.');
});

test('exceptions revoke says why, and that it is over', async () => {
  const answers = { 'POST /api/exceptions/x-7k2m9q/revoke': { body: { id: 'x-7k2m9q', status: 'revoked' } } };
  const ended = await against(answers, 'revoke', 'x-7k2m9q', '--reason', 'moved');
  expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('Exception x-7k2m9q is over.') });
  expect(posted()).toEqual([{ reason: 'moved' }]);
});
