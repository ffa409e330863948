import { afterEach, describe, expect, test } from '@jest/globals';
import type { PasskeyDoors } from '../../src/authority/stepup/passkey-doors.ts';
import { noPasskeys } from '../support/no-passkeys.ts';
import { DIGEST, GATE } from './fake-doors.ts';
import { closeAll, HOST, startApi } from './start-api.ts';

afterEach(closeAll);

const SITE = { id: 'localhost', origin: 'http://localhost:7420' };
const start = (replaced: Partial<PasskeyDoors> = {}) =>
  startApi({}, { passkeys: noPasskeys({ site: async () => SITE, ...replaced }) });
const asked = async () => ({ challenge: 'c-1', options: { challenge: 'x', rpId: 'localhost' } });
const wrongCode = async () => ({ status: 401 as const, refused: 'That code does not work.' });

describe('a code for a passkey', () => {
  test('is asked for through the door the caller says, which the authority then judges; the page has no code in it', async () => {
    const calls: unknown[][] = [];
    const newCode: PasskeyDoors['newCode'] = async (who, by) => {
      calls.push([who, by.door]);
      return { code: 'AAAA-BBBB-CCCC', person: 'ada', expiresAt: '2026-01-01T00:00:00.000Z' };
    };
    const { asAda } = await start({ newCode });
    const url = '/api/passkeys/codes';
    const answer = await asAda({ method: 'POST', url, payload: {}, headers: { 'x-belay-door': 'cli' } });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ code: 'AAAA-BBBB-CCCC', page: 'http://localhost:7420/passkeys' });
    await asAda({ method: 'POST', url, payload: { person: 'bob' } });
    expect(calls).toEqual([
      ['local:ada', 'cli'],
      ['bob', 'api'],
    ]);
  });

  test('that is guessed wrong five times from one address is guessed no more for a while', async () => {
    const { ask } = await start({ begin: wrongCode });
    const guess = () => ask({ method: 'POST', url: '/passkeys/begin', payload: { code: 'AAAA' } });
    const answers = [];
    for (let guesses = 0; guesses < 6; guesses += 1) answers.push((await guess()).statusCode);
    expect(answers).toEqual([401, 401, 401, 401, 401, 429]);
    expect(Number((await guess()).headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('what nobody need be signed in for', () => {
  const open = [
    ['/signin/passkey/options', {}],
    ['/signin/passkey', { challenge: 'c-1', assertion: {} }],
    ['/passkeys/begin', { code: 'A' }],
    ['/passkeys/add', { challenge: 'c-1', registration: {}, label: 'x' }],
  ] as const;

  test.each(open)(
    '%s is refused to another site, to a foreign name, and to a signed-in page without its token',
    async (url, payload) => {
      const { ask, browser } = await start();
      const post = (headers: Record<string, string>) => ask({ method: 'POST', url, payload, headers });
      expect((await post({ origin: 'https://evil.example' })).statusCode).toBe(403);
      expect((await post({ 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
      expect((await post({ host: 'evil.example' })).statusCode).toBe(421);
      const { headers, csrf } = await browser();
      expect((await post(headers)).statusCode).toBe(403);
      expect((await post(csrf)).statusCode).toBe(409);
      expect((await post({ origin: `http://${HOST}` })).statusCode).toBe(409);
    },
  );

  test.each([
    ['/signin/passkey', { challenge: 'c-1', assertion: 'text' }],
    ['/signin/passkey', { challenge: 'c-1', assertion: {}, person: 'ada' }],
    ['/passkeys/begin', { code: 'A', person: 'ada' }],
    ['/passkeys/add', { challenge: 'c-1', registration: {}, label: '' }],
  ])('%s refuses %j before anything is looked at', async (url, payload) => {
    const { ask } = await start();
    const { statusCode } = await ask({ method: 'POST', url, payload });
    expect([400, 422]).toContain(statusCode);
  });

  test('a passkey that holds signs in: a cookie for whoever the authority named, as the web door', async () => {
    const { ask } = await start({ signIn: async () => ({ id: 'local:bob', name: 'Bob' }) });
    const payload = { challenge: 'c-1', assertion: {} };
    const answer = await ask({ method: 'POST', url: '/signin/passkey', payload });
    expect(answer.statusCode).toBe(204);
    const [cookie] = answer.cookies;
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    const page = await ask({ url: '/', headers: { cookie: `${cookie?.name}=${cookie?.value}`, accept: 'text/html' } });
    expect(page.body).toContain('Bob');
  });
});

describe('asking for a proof', () => {
  const url = `/api/gates/${GATE}/step-up`;

  test('passes on the decision exactly as it will be sent, and takes none that brings a proof', async () => {
    const calls: unknown[] = [];
    const askStepUp: PasskeyDoors['askStepUp'] = async (gate, request, person) => {
      calls.push([gate, request, person.id]);
      return await asked();
    };
    const { asAda } = await start({ askStepUp });
    const payload = { decision: 'approve', digest: DIGEST, reason: 'seen' };
    expect((await asAda({ method: 'POST', url, payload })).json()).toMatchObject({ challenge: 'c-1' });
    expect(calls).toEqual([[GATE, payload, 'local:ada']]);
    const proof = { challenge: 'c', assertion: {} };
    expect((await asAda({ method: 'POST', url, payload: { ...payload, proof } })).statusCode).not.toBe(200);
    expect(calls).toHaveLength(1);
  });

  test('is for who is signed in', async () => {
    const { ask } = await start({ askStepUp: asked });
    const answer = await ask({ method: 'POST', url, payload: { decision: 'approve', digest: DIGEST } });
    expect(answer.statusCode).toBe(401);
  });
});

describe('the pages', () => {
  test('load no script and no style but the server’s own, and may be framed by nobody', async () => {
    const { ask, browser } = await start();
    const { headers } = await browser();
    const accept = { accept: 'text/html' };
    for (const answer of [
      await ask({ url: '/passkeys', headers: accept }),
      await ask({ url: '/passkeys', headers: { ...accept, ...headers } }),
      await ask({ url: `/approve/${GATE}`, headers: { ...accept, ...headers } }),
      await ask({ url: '/signin', headers: accept }),
    ]) {
      expect(answer.statusCode).toBe(200);
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:/);
      expect(answer.body).not.toMatch(/<script(?![^>]*src=)|\son\w+=|style=/);
    }
  });

  test('of an approval is for who is signed in, and of none is 404', async () => {
    const { ask, browser } = await start();
    const stranger = await ask({ url: `/approve/${GATE}`, headers: { accept: 'text/html' } });
    expect(stranger.headers['location']).toBe(`/signin?to=${encodeURIComponent(`/approve/${GATE}`)}`);
    const { headers } = await browser();
    for (const id of ['g-zzzzzz', 'nothing', '%3Cscript%3E'])
      expect((await ask({ url: `/approve/${id}`, headers })).statusCode).toBe(404);
  });

  test('the script brings the library with it, from this server', async () => {
    const { ask } = await start();
    const { body } = await ask({ url: '/passkey.js' });
    expect(body).toContain('SimpleWebAuthnBrowser');
    expect(body).toContain('startAuthentication');
  });
});
