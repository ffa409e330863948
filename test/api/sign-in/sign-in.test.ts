import { afterEach, describe, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';

import { CODE_LIFETIME } from '../../../src/api/sign-in/one-time-code.ts';
import { SESSION_LIFETIME } from '../../../src/api/sign-in/session-store.ts';
import { CSRF_HEADER, signIn } from '../../../src/api/sign-in/sign-in.ts';
import type { SignInOptions } from '../../../src/api/sign-in/sign-in-options.ts';

const HOST = '127.0.0.1:7420';
const ORIGIN = `http://${HOST}`;
const PAGE = { accept: 'text/html,application/xhtml+xml' };
const open: FastifyInstance[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

/** A server with one guarded read, one guarded write and one delivery door, and a browser that talks to it. */
async function start(options: Partial<SignInOptions> = {}) {
  const clock = { now: 1_700_000_000_000 };
  const codes: string[] = [];
  const app = Fastify();
  open.push(app);
  await app.register(signIn, {
    cookieName: 'belay',
    allowedHosts: () => [HOST, 'belay.example'],
    announceCode: (code) => codes.push(code),
    secureCookie: false,
    person: { id: 'local:ada', name: 'ada' },
    now: () => clock.now,
    ...options,
  });
  let changes = 0;
  app.get('/gates', { onRequest: app.requireSignedIn }, (request) => request.person);
  app.post('/gates', { onRequest: app.requireSignedIn }, () => ({ changes: ++changes }));
  app.get('/healthz', { config: { anyHost: true } }, () => 'ok');
  app.post('/delivery', () => 'taken');
  await app.ready();
  const ask = (ask_: InjectOptions) => app.inject({ ...ask_, headers: { host: HOST, ...ask_.headers } });
  const guess = (code: string, headers: Record<string, string> = {}) =>
    ask({ method: 'POST', url: '/signin', headers, payload: { code } });
  const browser = async () => {
    const answer = await guess(app.newSignInCode());
    const [cookie] = answer.cookies;
    const headers = { cookie: `${cookie?.name}=${cookie?.value}` };
    const csrf = (await ask({ url: '/signin/csrf', headers })).json().token;
    return { cookie, headers, csrf: { ...headers, [CSRF_HEADER]: csrf } };
  };
  return { app, ask, guess, browser, codes, clock, changes: () => changes };
}

describe('the code', () => {
  test('is announced at start, signs in once, and never again', async () => {
    const { guess, codes } = await start();
    const code = codes[0] ?? '';
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect((await guess(code)).statusCode).toBe(204);
    const second = await guess(code);
    expect(second.statusCode).toBe(401);
    expect(second.json()).toMatchObject({ status: 401, code: 'wrong-code' });
    expect(second.cookies).toEqual([]);
  });

  test('is refused after ten minutes', async () => {
    const { guess, codes, clock } = await start();
    clock.now += CODE_LIFETIME;
    expect((await guess(codes[0] ?? '')).statusCode).toBe(401);
  });

  test('guessing is stopped after five tries, for the right code too, and opens again later', async () => {
    const { guess, app, clock } = await start();
    const tries = [];
    for (let i = 0; i < 6; i++) tries.push((await guess('AAAA-AAAA')).statusCode);
    expect(tries).toEqual([401, 401, 401, 401, 401, 429]);
    const right = await guess(app.newSignInCode());
    expect(right.statusCode).toBe(429);
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    clock.now += CODE_LIFETIME;
    expect((await guess(app.newSignInCode())).statusCode).toBe(204);
  });

  test.each([[undefined], ['text'], [{}], [{ code: 7 }], [{ code: 'x'.repeat(1000) }]])(
    'a body that is no guess is a wrong one: %j',
    async (payload) => {
      const { ask } = await start();
      const answer = await ask({ method: 'POST', url: '/signin', ...(payload === undefined ? {} : { payload }) });
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode).toBeLessThan(500);
      expect(answer.cookies).toEqual([]);
    },
  );

  test('is never in an address: a code in the query signs nobody in', async () => {
    const { ask, codes } = await start();
    const answer = await ask({ url: `/signin?code=${codes[0]}` });
    expect(answer.cookies).toEqual([]);
    expect(answer.body).not.toContain(codes[0]);
  });
});

describe('the session', () => {
  test('is a cookie that scripts cannot read, other sites cannot send, and that ends', async () => {
    const { cookie } = await (await start()).browser();
    expect(cookie).toMatchObject({ name: 'belay', httpOnly: true, sameSite: 'Strict', path: '/', maxAge: 43_200 });
    expect(cookie?.secure).toBeUndefined();
    expect(Buffer.from(cookie?.value ?? '', 'base64url')).toHaveLength(32);
  });

  test('behind HTTPS the cookie is Secure and bound to the host', async () => {
    const { cookie } = await (await start({ secureCookie: true })).browser();
    expect(cookie).toMatchObject({ name: '__Host-belay', secure: true, path: '/' });
    expect(cookie?.domain).toBeUndefined();
  });

  test('names the person and the door', async () => {
    const { ask, browser } = await start();
    const { headers } = await browser();
    expect((await ask({ url: '/gates', headers })).json()).toEqual({ id: 'local:ada', name: 'ada', door: 'web' });
  });

  test('is over after twelve hours', async () => {
    const { ask, browser, clock } = await start();
    const { headers } = await browser();
    clock.now += SESSION_LIFETIME - 1;
    expect((await ask({ url: '/gates', headers })).statusCode).toBe(200);
    clock.now += 1;
    expect((await ask({ url: '/gates', headers })).statusCode).toBe(401);
  });

  test('is over when signed out, on the server and not only in the browser', async () => {
    const { ask, browser } = await start();
    const { headers, csrf } = await browser();
    expect((await ask({ method: 'POST', url: '/signin/out', headers: csrf })).statusCode).toBe(204);
    expect((await ask({ url: '/gates', headers })).statusCode).toBe(401);
  });

  test.each(['', 'x', 'A'.repeat(43)])("no cookie value of one's own making works: %j", async (value) => {
    const { ask } = await start();
    expect((await ask({ url: '/gates', headers: { cookie: `belay=${value}` } })).statusCode).toBe(401);
  });
});

describe('an unsafe request', () => {
  test('with cookie and CSRF header is done', async () => {
    const { ask, browser, changes } = await start();
    const { csrf } = await browser();
    const sent = { ...csrf, origin: ORIGIN, 'sec-fetch-site': 'same-origin' };
    expect((await ask({ method: 'POST', url: '/gates', headers: sent })).json()).toEqual({ changes: 1 });
    expect(changes()).toBe(1);
  });

  test("without the CSRF header, with a wrong one or another session's, is 403 and changes nothing", async () => {
    const { ask, browser, changes } = await start();
    const [one, two] = [await browser(), await browser()];
    for (const token of [undefined, '', 'wrong', two.csrf[CSRF_HEADER]]) {
      const headers = token === undefined ? one.headers : { ...one.headers, [CSRF_HEADER]: token };
      const answer = await ask({ method: 'POST', url: '/gates', headers });
      expect(answer.statusCode).toBe(403);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.json()).toMatchObject({ status: 403, code: 'missing-csrf' });
    }
    expect(changes()).toBe(0);
  });

  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another port of this host', { origin: 'http://127.0.0.1:9999' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a look-alike', { origin: `${ORIGIN}.evil.example` }],
    ['no address at all', { origin: 'nonsense' }],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
    ['a same-site fetch', { origin: ORIGIN, 'sec-fetch-site': 'same-site' }],
  ])('from %s is refused, even with a good cookie and token', async (_who, sent: Record<string, string>) => {
    const { ask, browser, changes } = await start();
    const { csrf } = await browser();
    const answer = await ask({ method: 'POST', url: '/gates', headers: { ...csrf, ...sent } });
    expect(answer.json()).toMatchObject({ status: 403, code: 'foreign-origin' });
    expect((await ask({ method: 'POST', url: '/delivery', headers: sent })).statusCode).toBe(403);
    expect(changes()).toBe(0);
  });

  test('behind HTTPS a plain-http origin is not ours', async () => {
    const { ask } = await start({ secureCookie: true });
    const from = (origin: string) => ask({ method: 'POST', url: '/delivery', headers: { origin } });
    expect((await from(ORIGIN)).statusCode).toBe(403);
    expect((await from(`https://${HOST}`)).statusCode).toBe(200);
  });
});

test('refused requests never reach their handler, nor a hook behind the refusal', async () => {
  const inner = Fastify();
  open.push(inner);
  const reached: string[] = [];
  await inner.register(signIn, {
    cookieName: 'belay',
    allowedHosts: () => [HOST],
    announceCode: () => {},
    secureCookie: false,
  });
  inner.addHook('onRequest', inner.requireSignedIn);
  inner.addHook('onRequest', async (request) => void reached.push(`hook ${request.url}`));
  inner.post('/change', async (request) => void reached.push(`handler ${request.url}`));
  inner.get('/page', async (request) => void reached.push(`handler ${request.url}`));
  const hosts = [HOST, 'evil.example'];
  for (const host of hosts) {
    await inner.inject({ method: 'POST', url: '/change', headers: { host } });
    await inner.inject({ method: 'POST', url: '/change', headers: { host, origin: 'https://evil.example' } });
    await inner.inject({ url: '/page', headers: { host, ...PAGE } });
    await inner.inject({ url: '/page', headers: { host, ...PAGE, 'sec-fetch-site': 'cross-site' } });
  }
  expect(reached).toEqual([]);
});

describe('the host name', () => {
  test.each(['evil.example', 'localhost:7420', '127.0.0.1', `${HOST}.evil.example`, ''])(
    'a request for %j is 421, on every route but those that say otherwise',
    async (host) => {
      const { ask } = await start();
      for (const url of ['/gates', '/signin', '/signin/style.css', '/nowhere']) {
        expect((await ask({ url, headers: { host } })).statusCode).toBe(421);
      }
      expect((await ask({ method: 'POST', url: '/delivery', headers: { host } })).statusCode).toBe(421);
      expect((await ask({ url: '/healthz', headers: { host } })).statusCode).toBe(200);
    },
  );

  test('is compared without case, against the names configured now', async () => {
    const names = [HOST];
    const { ask } = await start({ allowedHosts: () => names });
    expect((await ask({ url: '/signin', headers: { host: 'Belay.Example' } })).statusCode).toBe(421);
    names.push('belay.example');
    expect((await ask({ url: '/signin', headers: { host: 'Belay.Example' } })).statusCode).toBe(200);
  });

  test('a forwarded name does not stand in for it', async () => {
    const { ask } = await start();
    const headers = { host: 'evil.example', 'x-forwarded-host': HOST };
    expect((await ask({ url: '/gates', headers })).statusCode).toBe(421);
  });
});

describe('a bearer', () => {
  const bearer = (token: string) =>
    token === 'good' ? { id: 'local:cli', name: 'cli', door: 'api' as const } : undefined;

  test('needs no cookie and no CSRF header', async () => {
    const { ask } = await start({ bearer });
    const headers = { authorization: 'Bearer good' };
    expect((await ask({ method: 'POST', url: '/gates', headers })).statusCode).toBe(200);
    expect((await ask({ url: '/gates', headers })).json()).toMatchObject({ id: 'local:cli', door: 'api' });
  });

  test.each(['Bearer bad', 'Bearer', 'Basic good', 'good'])('%j is 401, also beside a good cookie', async (value) => {
    const { ask, browser } = await start({ bearer });
    const { headers } = await browser();
    expect((await ask({ url: '/gates', headers: { ...headers, authorization: value } })).statusCode).toBe(401);
  });

  test('without a bearer option proves nobody', async () => {
    const { ask } = await start();
    expect((await ask({ url: '/gates', headers: { authorization: 'Bearer good' } })).statusCode).toBe(401);
  });
});

describe('the page', () => {
  test("a stranger's browser is sent to sign in and comes back to where it was going", async () => {
    const { ask, codes } = await start();
    const away = await ask({ url: '/gates?state=open', headers: PAGE });
    expect(away.statusCode).toBe(303);
    expect(away.headers.location).toBe('/signin?to=%2Fgates%3Fstate%3Dopen');
    const page = await ask({ url: String(away.headers.location), headers: PAGE });
    expect(page.body).toContain('value="/gates?state=open"');
    const form = { ...PAGE, origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' };
    const payload = new URLSearchParams({ code: codes[0] ?? '', to: '/gates?state=open' }).toString();
    const done = await ask({ method: 'POST', url: '/signin', headers: form, payload });
    expect([done.statusCode, done.headers.location]).toEqual([303, '/gates?state=open']);
  });

  test('a wrong code is said on the page, to screen readers too', async () => {
    const { guess } = await start();
    const answer = await guess('NOPE-NOPE', PAGE);
    expect(answer.statusCode).toBe(401);
    expect(answer.body).toContain('role="alert"');
  });

  test('a link from another site is opened once more from here, so that the strict cookie comes along', async () => {
    const { ask } = await start();
    const answer = await ask({ url: '//evil.example/x', headers: { ...PAGE, 'sec-fetch-site': 'cross-site' } });
    expect(answer.body).not.toContain('evil.example/x"');
    const ours = await ask({ url: '/gates?a=1&b=2', headers: { ...PAGE, 'sec-fetch-site': 'cross-site' } });
    expect(ours.statusCode).toBe(200);
    expect(ours.body).toContain('content="0; url=/gates?a=1&amp;b=2"');
  });

  test('has no inline script or style, and a policy that would stop both', async () => {
    const { ask } = await start();
    const page = await ask({ url: '/signin?to=/%22%3E%3Cscript%3E', headers: PAGE });
    expect(page.body).not.toMatch(/<script(?! src="\/[a-z.]+" defer><\/script>)|<style|style=|\son\w+=/);
    expect(page.headers['content-security-policy']).toMatch(
      /default-src 'none'; script-src 'self'; .*style-src 'self'/,
    );
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.headers['cache-control']).toBe('no-store');
    expect((await ask({ url: '/signin/style.css' })).headers['content-type']).toContain('text/css');
  });

  test('shows no token: neither cookie nor CSRF token is in any page', async () => {
    const { ask, browser } = await start();
    const { cookie, csrf, headers } = await browser();
    for (const url of ['/signin', '/gates']) {
      const page = await ask({ url, headers: { ...PAGE, ...headers } });
      expect(page.body).not.toContain(cookie?.value);
      expect(page.body).not.toContain(csrf[CSRF_HEADER]);
    }
  });

  test('a program is told in problem details instead', async () => {
    const { ask } = await start();
    const answer = await ask({ url: '/gates' });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ type: 'about:blank', status: 401, code: 'not-signed-in' });
  });
});
