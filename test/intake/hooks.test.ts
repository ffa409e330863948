import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import { Failure } from '../../src/domain/failure.ts';
import { AlertReceipt } from '../../src/domain/alert.ts';
import { HOOK_BODY_LIMIT } from '../../src/intake/hooks.ts';
import type { HookProof } from '../../src/intake/proof.ts';
import { RUN } from '../api/fake-doors.ts';
import { closeAll, startApi } from '../api/start-api.ts';
import { alertOf, deliveryOf } from './deliveries.ts';

afterEach(closeAll);

const URL = '/hooks/alertmanager';
const JSON_TYPE = { 'content-type': 'application/json' };
const BODY = JSON.stringify(deliveryOf());
const sign = (secret: string, body: string | Buffer): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
const proved = (proof: Partial<HookProof>) => ({ hookProof: () => ({ secrets: [], tokens: [], ...proof }) });
const delivery = (headers: Record<string, string> = {}, payload: string | Buffer = BODY): InjectOptions => ({
  method: 'POST',
  url: URL,
  headers: { ...JSON_TYPE, ...headers },
  payload,
});

describe('a delivery', () => {
  test('is answered 202 once it is stored, one receipt for each alert, in its order', async () => {
    const { ask, of } = await startApi();
    const alerts = [alertOf(), alertOf({ fingerprint: 'b'.repeat(16), labels: { alertname: 'Watchdog' } })];
    const answer = await ask(delivery({}, JSON.stringify(deliveryOf({ alerts }))));
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({
      alerts: [
        { id: 'a-0', fingerprint: 'a'.repeat(16), runId: RUN, status: 'accepted' },
        { id: 'a-1', fingerprint: 'b'.repeat(16), runId: null, status: 'ignored' },
      ],
    });
    expect(of('receiveAlerts')).toHaveLength(1);
    expect(of('receiveAlerts')[0]?.args[0]).toMatchObject([
      { route: { runbook: 'remediation/bad-deploy', mode: 'propose' } },
      { route: undefined },
    ]);
  });

  test('while Temporal is known to be down is stored and queued, and only what was accepted is', async () => {
    const statuses = AlertReceipt.shape.status.options;
    const receiveAlerts = async () => statuses.map((status) => ({ id: status, fingerprint: 'f', runId: null, status }));
    const { ask } = await startApi({ temporalUp: () => false }, { receiveAlerts });
    const receipts: { status: string }[] = (await ask(delivery())).json().alerts;
    expect(receipts.map(({ status }) => status)).toEqual(
      statuses.map((status) => (status === 'accepted' ? 'queued' : status)),
    );
  });

  test.each([
    ['the database is down', new Failure('retry.unreachable', 'the database does not answer'), '5'],
    ['the database says when', new Failure('retry.unreachable', 'starting', { retryAfterMs: 1500 }), '2'],
    ['it is too busy', new Failure('retry.throttled', 'busy'), '5'],
    ['it throws what nobody foresaw', new Error('boom at line 7'), '5'],
  ])(
    'that is not stored because %s is 503, to be sent again: never a 4xx, which Alertmanager drops',
    async (_why, error, seconds) => {
      const { ask, faults } = await startApi({}, { receiveAlerts: () => Promise.reject(error) });
      const answer = await ask(delivery());
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, seconds]);
      expect(answer.json()).toMatchObject({ status: 503, detail: 'The alerts could not be stored. Send them again.' });
      expect(answer.body).not.toContain('boom');
      expect(faults).toEqual(error instanceof Failure ? [] : [error]);
    },
  );

  test('without alerts is taken and does nothing', async () => {
    const { ask, of } = await startApi();
    const answer = await ask(delivery({}, JSON.stringify(deliveryOf({ alerts: [] }))));
    expect([answer.statusCode, answer.json()]).toEqual([202, { alerts: [] }]);
    expect(of('receiveAlerts')).toEqual([]);
  });

  test.each<[string, InjectOptions, number, RegExp]>([
    ['an unknown source', { ...delivery(), url: '/hooks/nagios' }, 404, /known are alertmanager/],
    ['a source named like a member of every object', { ...delivery(), url: '/hooks/constructor' }, 404, /known are/],
    ['a source with a path in it', { ...delivery(), url: '/hooks/..%2fapi%2fruns' }, 404, /known are/],
    ['another method', { url: URL }, 405, /POST/],
    ['no body', { method: 'POST', url: URL, headers: JSON_TYPE }, 400, /empty/],
    ['an empty body', delivery({}, ''), 400, /empty/],
    ['null', delivery({}, 'null'), 400, /the body/],
    ['a list', delivery({}, '[]'), 400, /the body/],
    ['no JSON', delivery({}, 'alert!'), 400, /not valid JSON/],
    ['truncated JSON', delivery({}, BODY.slice(0, -5)), 400, /ends too early/],
    ['two documents', delivery({}, BODY + BODY), 400, /more than one/],
    ['a byte order mark', delivery({}, `\ufeff${BODY}`), 400, /byte order mark/],
    ['UTF-16', delivery({}, Buffer.from(BODY, 'utf16le')), 400, /UTF-16/],
    [
      'depth 10,000',
      delivery({}, `{"version":"4","alerts":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
      400,
      /deeper than 100/,
    ],
    ['__proto__ among the labels', delivery({}, BODY.replace('"alertname"', '"__proto__"')), 400, /__proto__/],
    ['version 3', delivery({}, JSON.stringify(deliveryOf({ version: '3' }))), 400, /^version/],
    [
      'alerts without labels',
      delivery({}, JSON.stringify(deliveryOf({ alerts: [alertOf({ labels: {} })] }))),
      400,
      /alerts\[0\]\.labels/,
    ],
    [
      'no content type',
      { method: 'POST', url: URL, headers: {}, payload: Buffer.from(BODY) },
      415,
      /application\/json/,
    ],
    ['a form', delivery({ 'content-type': 'application/x-www-form-urlencoded' }), 415, /application\/json/],
    ['text', delivery({ 'content-type': 'text/plain' }), 415, /application\/json/],
    ['a compressed body', delivery({ 'content-encoding': 'gzip' }), 415, /gzip/],
    ['a body over 1 MiB', delivery({}, ' '.repeat(HOOK_BODY_LIMIT + 1)), 413, /1048576/],
    ['a body that says it is 1 GB', delivery({ 'content-length': '1073741824' }), 413, /1048576/],
    [
      '10,000 alerts',
      delivery(
        {},
        JSON.stringify(
          deliveryOf({
            alerts: Array.from({ length: 10_000 }, () =>
              alertOf({ annotations: {}, labels: { a: 'b' }, generatorURL: '' }),
            ),
          }),
        ),
      ),
      413,
      /1048576/,
    ],
  ])('with %s is refused as a problem, and nothing is stored', async (_what, request, status, detail) => {
    const { ask, of, faults } = await startApi();
    const answer = await ask(request);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toEqual(expect.objectContaining({ status, detail: expect.stringMatching(detail) }));
    expect(answer.statusCode).toBe(status);
    expect(of('receiveAlerts')).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('with a charset, and with characters that cannot be stored, is taken and cleaned', async () => {
    const { ask, of } = await startApi();
    const alerts = [alertOf({ labels: { alertname: 'a\u0000b', other: 'c' } })];
    const answer = await ask(
      delivery({ 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(deliveryOf({ alerts }))),
    );
    expect(answer.statusCode).toBe(202);
    expect(of('receiveAlerts')[0]?.args[0]).toMatchObject([{ alert: { labels: { alertname: 'a\ufffdb' } } }]);
  });
});

describe('a source with secrets', () => {
  const SECRETS = proved({ secrets: ['old-secret', 'new-secret'] });

  test.each([
    ['the first secret', { 'x-belay-signature': sign('old-secret', BODY) }],
    ['the second, while rotating', { 'x-belay-signature': sign('new-secret', BODY) }],
    ["GitHub's header", { 'x-hub-signature-256': sign('new-secret', BODY) }],
  ])('takes a body signed with %s, from anywhere and under any name', async (_what, headers) => {
    const { ask } = await startApi(SECRETS);
    const answer = await ask({ ...delivery({ ...headers, host: 'belay.internal' }), remoteAddress: '10.0.0.9' });
    expect(answer.statusCode).toBe(202);
  });

  test.each([
    ['no signature', {}],
    ['another secret', { 'x-belay-signature': sign('guess', BODY) }],
    ['the empty secret', { 'x-belay-signature': createHmac('sha256', '').update(BODY).digest('hex') }],
    ['a signature of another body', { 'x-belay-signature': sign('new-secret', `${BODY} `) }],
    ['a re-serialised body', { 'x-belay-signature': sign('new-secret', JSON.stringify(JSON.parse(BODY), null, 2)) }],
    ['another scheme', { 'x-belay-signature': sign('new-secret', BODY).replace('sha256=', 'v0=') }],
    ['no scheme', { 'x-belay-signature': sign('new-secret', BODY).slice(7) }],
    ['a truncated signature', { 'x-belay-signature': sign('new-secret', BODY).slice(0, -2) }],
    ['the secret as a bearer token', { authorization: 'Bearer new-secret' }],
    ['the token of people', { authorization: 'Bearer the-local-token' }],
  ])('refuses %s: 401, also from this machine, and stores nothing', async (_what, headers: Record<string, string>) => {
    const { ask, of } = await startApi(SECRETS);
    const answer = await ask(delivery(headers));
    expect(answer.statusCode).toBe(401);
    expect(answer.json().detail).toContain('sha256=<HMAC of the body>');
    expect(of('receiveAlerts')).toEqual([]);
  });

  test('judges the bytes as they came: the signature is checked before anything parses them', async () => {
    const { ask } = await startApi(SECRETS);
    const odd = `\n ${BODY.replace('":', '"  :')}\n`;
    expect((await ask(delivery({ 'x-belay-signature': sign('new-secret', odd) }, odd))).statusCode).toBe(202);
    expect((await ask(delivery({ 'x-belay-signature': sign('guess', 'no json') }, 'no json'))).statusCode).toBe(401);
  });

  test('refuses a large body before it signs it', async () => {
    const { ask } = await startApi(SECRETS);
    const large = ' '.repeat(HOOK_BODY_LIMIT + 1);
    expect((await ask(delivery({ 'x-belay-signature': sign('new-secret', large) }, large))).statusCode).toBe(413);
    expect((await ask(delivery({}, large))).statusCode).toBe(401);
  });
});

describe('a source with a token', () => {
  const TOKENS = proved({ tokens: ['t-one', 't-two'] });

  test.each([
    ['Bearer t-one', 202],
    ['bearer t-two', 202],
    ['Bearer t-three', 401],
    ['Bearer', 401],
    ['Basic t-one', 401],
    ['t-one', 401],
    ['', 401],
  ])('answers Authorization %j with %d', async (authorization, status) => {
    const { ask } = await startApi(TOKENS);
    expect((await ask({ ...delivery({ authorization }), remoteAddress: '10.0.0.9' })).statusCode).toBe(status);
  });

  test("does not take a signature made with the token, and a source's proof is its own", async () => {
    const { ask } = await startApi({
      hookProof: (source) => ({ secrets: [], tokens: source === 'alertmanager' ? ['theirs'] : ['others'] }),
    });
    expect((await ask(delivery({ 'x-belay-signature': sign('theirs', BODY) }))).statusCode).toBe(401);
    expect((await ask(delivery({ authorization: 'Bearer others' }))).statusCode).toBe(401);
  });
});

describe('a source without any proof', () => {
  test.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])(
    'is open to this machine: %s',
    async (remoteAddress) => {
      const { ask } = await startApi();
      expect((await ask({ ...delivery(), remoteAddress })).statusCode).toBe(202);
    },
  );

  test.each(['10.0.0.9', '192.168.1.1', '8.8.8.8', '::ffff:10.0.0.9', 'fe80::1', '127.0.0.1.evil.example'])(
    'is closed to %s',
    async (remoteAddress) => {
      const { ask, of } = await startApi();
      expect((await ask({ ...delivery(), remoteAddress })).statusCode).toBe(401);
      expect(of('receiveAlerts')).toEqual([]);
    },
  );

  test.each([
    ['origin', 'http://127.0.0.1:7420'],
    ['origin', 'null'],
    ['sec-fetch-site', 'same-origin'],
    ['sec-fetch-site', 'none'],
    ['x-forwarded-for', '127.0.0.1'],
    ['forwarded', 'for=127.0.0.1'],
    ['via', '1.1 proxy'],
  ])('is closed to a page or a proxy of this machine: %s: %s', async (name, value) => {
    const { ask, of } = await startApi();
    const answer = await ask(delivery({ [name]: value }));
    expect(answer.statusCode).toBe(401);
    expect(answer.json().detail).toContain(name);
    expect(of('receiveAlerts')).toEqual([]);
  });

  test('does not answer to a name that is not ours', async () => {
    const { ask } = await startApi();
    expect((await ask(delivery({ host: 'evil.example' }))).statusCode).toBe(421);
  });
});
