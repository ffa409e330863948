import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pagerDutySchedules } from '../../../src/authority/people/pagerduty-schedules.ts';

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

/** A PagerDuty that answers as told, on a socket, and remembers what it was asked. */
async function startPagerDuty(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: { url: URL; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    asked.push({ url: new URL(request.url ?? '/', 'http://x'), headers: request.headers });
    answer(request, response);
  });
  open.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const read = pagerDutySchedules({ token: 'the-token', url: `http://127.0.0.1:${address.port}` });
  return { asked, read: (id = 'PX', signal = new AbortController().signal) => read(id, signal) };
}

const json =
  (body: unknown, status = 200) =>
  (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const onCall = (user: string, schedule: string | null = 'PX') => ({
  user: { id: user, type: 'user_reference', summary: 'Ada', email: 'ada@example.com' },
  schedule: schedule === null ? null : { id: schedule, type: 'schedule_reference' },
  escalation_policy: { id: 'E1' },
  escalation_level: 1,
  start: null,
  end: null,
});

test('asks who is on call by that schedule now, with the token and nothing else, and gives user ids', async () => {
  const { read, asked } = await startPagerDuty(json({ oncalls: [onCall('P1'), onCall('P2')], more: false }));
  expect(await read()).toEqual(['pagerduty:P1', 'pagerduty:P2']);
  expect(asked.map(({ url }) => [url.pathname, ...url.searchParams])).toEqual([
    ['/oncalls', ['schedule_ids[]', 'PX'], ['limit', '100'], ['offset', '0']],
  ]);
  expect(asked[0]?.headers).toMatchObject({
    authorization: 'Token token=the-token',
    accept: 'application/vnd.pagerduty+json;version=2',
  });
});

test('nobody on call is an answer, and means nobody', async () => {
  const { read } = await startPagerDuty(json({ oncalls: [], more: false }));
  expect(await read()).toEqual([]);
});

test('on-calls of another schedule, or of none, do not count, whatever was asked for', async () => {
  const oncalls = [onCall('P1', 'PY'), onCall('P2', null), onCall('P3')];
  const { read } = await startPagerDuty(json({ oncalls, more: false }));
  expect(await read()).toEqual(['pagerduty:P3']);
});

test('reads all pages, up to a thousand entries and no further', async () => {
  const { read, asked } = await startPagerDuty((request, response) => {
    const offset = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('offset'));
    json({ oncalls: [onCall(`P${offset}`)], more: offset < 200 })(request, response);
  });
  expect(await read()).toEqual(['pagerduty:P0', 'pagerduty:P100', 'pagerduty:P200']);
  expect(asked).toHaveLength(3);
  const endless = await startPagerDuty(json({ oncalls: [], more: true }));
  await expect(endless.read()).rejects.toThrow('more than 1000 on-calls');
});

test('a schedule id cannot reach into the address', async () => {
  const { read, asked } = await startPagerDuty(json({ oncalls: [] }));
  await read('PX&user_ids[]=P9#/../users');
  expect(
    asked.map(({ url }) => [url.pathname, url.searchParams.get('schedule_ids[]'), url.searchParams.get('user_ids[]')]),
  ).toEqual([['/oncalls', 'PX&user_ids[]=P9#/../users', null]]);
});

describe('what is no answer rejects, in words that say what to do and without the token', () => {
  const text = (body: string) => (_: IncomingMessage, response: ServerResponse) => void response.end(body);
  test.each([
    ['a wrong token', json({ error: {} }, 401), 'PagerDuty answers 401: PAGERDUTY_TOKEN is not valid'],
    ['too many requests', json({}, 429), 'too many requests'],
    ['a fault', json({}, 500), 'PagerDuty answers 500'],
    ['no JSON', text('<html>'), 'something else than a list'],
    ['an empty body', text(''), 'something else than a list'],
    ['null', json(null), 'something else than a list'],
    ['another shape', json({ oncalls: 'none' }), 'something else than a list'],
    ['a user without an id', json({ oncalls: [{ ...onCall('P1'), user: {} }] }), 'something else than a list'],
    [
      'a redirect, which would take the token along',
      (_: IncomingMessage, response: ServerResponse) =>
        void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
      '',
    ],
  ])('%s', async (_, answer, words) => {
    const { read } = await startPagerDuty(answer);
    const failure = await read().then(
      (users) => `it answered ${users.join()}`,
      (error: Error) => error.message,
    );
    expect(failure).toContain(words);
    expect(failure).not.toContain('it answered');
    expect(failure).not.toContain('the-token');
  });
});

test('the wait ends with its signal', async () => {
  const { read, asked } = await startPagerDuty(() => undefined);
  const over = new AbortController();
  const answer = read('PX', over.signal);
  over.abort(new Error('late'));
  await expect(answer).rejects.toThrow('late');
  expect(asked.length).toBeLessThanOrEqual(1);
});
