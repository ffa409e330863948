import { afterEach, describe, expect, test } from '@jest/globals';
import { ATTEMPT_LIFETIME } from '../../../../src/api/sign-in/oidc/attempts.ts';
import { httpBrowser } from '../../../support/http-browser.ts';
import { startOidcDoor } from './start-oidc-door.ts';

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((door) => door.stop()))));

async function start(options: Parameters<typeof startOidcDoor>[0] = {}) {
  const door = await startOidcDoor(options);
  open.push(door);
  return door;
}

describe('somebody of the directory', () => {
  test.each([{ public: false }, { public: true }])(
    'signs in at the provider and comes back to where they were going: %j',
    async (client) => {
      const { base, signInAs, whoIs, provider } = await start(client);
      const { browser, answer } = await signInAs('u1');
      // The strict cookie is not sent along the issuer's redirect, so the page asks once more from here.
      expect(answer.status).toBe(200);
      expect(answer.body).toContain('content="0; url=/who"');
      expect(await whoIs(browser)).toEqual({ id: `oidc:${provider.issuer}#u1`, name: 'Ada', door: 'web' });
      expect(await whoIs(httpBrowser())).toBeUndefined();
      expect(browser.cookies(base()).get('belay')).toHaveLength(43);
    },
  );

  test('asks for a code with PKCE, state and nonce, for no more than who they are', async () => {
    const { begin, callback } = await start();
    const [one, two] = [await begin(httpBrowser()), await begin(httpBrowser())];
    expect(Object.fromEntries(one.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'belay',
      redirect_uri: callback(),
      scope: 'openid profile',
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one.searchParams.get(name)?.length).toBeGreaterThanOrEqual(43);
      expect(one.searchParams.get(name)).not.toBe(two.searchParams.get(name));
    }
  });

  test('sees nothing more once they are removed from the directory', async () => {
    const { signInAs, whoIs, directory, provider } = await start();
    const { browser } = await signInAs('u1');
    const ada = directory.get(`oidc:${provider.issuer}#u1`);
    directory.clear();
    expect(await whoIs(browser)).toBeUndefined();
    // Back in the directory they sign in again; the session they had is over.
    if (ada) directory.set(ada.id, ada);
    expect(await whoIs(browser)).toBeUndefined();
  });

  test('may sign in from two tabs at once', async () => {
    const { begin, atProvider, whoIs } = await start();
    const browser = httpBrowser();
    const [one, two] = [await begin(browser), await begin(browser)];
    const back = await atProvider(browser, one.href, 'u1');
    expect((await browser.go(await atProvider(browser, two.href, 'u1'))).status).toBe(200);
    expect((await browser.go(back)).status).toBe(200);
    expect(await whoIs(browser)).toMatchObject({ name: 'Ada' });
  });
});

test('somebody else is told, with the identity that would have to be in the directory, and sees nothing', async () => {
  const { signInAs, whoIs, provider, problems } = await start();
  const { browser, answer } = await signInAs('u2');
  expect(answer.status).toBe(403);
  expect(answer.body).toContain('You are not in Belay’s directory');
  expect(answer.body).toContain(`oidc:${provider.issuer}#u2 is nobody`);
  expect(await whoIs(browser)).toBeUndefined();
  expect(problems.join()).toContain('#u2 was not let in');
});

test.each(['//evil.example/x', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)'])(
  'never leads elsewhere afterwards: %s',
  async (to) => {
    const { begin, atProvider } = await start();
    const browser = httpBrowser();
    const answer = await browser.go(await atProvider(browser, (await begin(browser, to)).href, 'u1'));
    expect(answer.body).toContain('url=/"');
    expect(answer.body).not.toContain('evil');
  },
);

describe('a callback that is refused signs nobody in', () => {
  type Door = Awaited<ReturnType<typeof startOidcDoor>>;
  /** Gives the callback to open, and in which browser. */
  type Trick = (door: Door) => Promise<{ browser: ReturnType<typeof httpBrowser>; back: string }>;
  const changed = (back: string, change: (query: URLSearchParams) => void): string => {
    const url = new URL(back);
    change(url.searchParams);
    return url.href;
  };
  /** A good callback, opened by nobody yet, changed. */
  const tampered =
    (change: (query: URLSearchParams, door: Door) => void): Trick =>
    async (door) => {
      const browser = httpBrowser();
      const back = await door.atProvider(browser, (await door.begin(browser)).href, 'u1');
      return { browser, back: changed(back, (query) => change(query, door)) };
    };
  /** A good sign-in whose ID token is not as it should be. */
  const withToken =
    (forgery: Parameters<Door['provider']['forge']>[0]): Trick =>
    async (door) => {
      door.provider.forge(forgery);
      return tampered(() => undefined)(door);
    };
  /** A code that was got by another request, put into a sign-in of this browser. */
  const withCodeOf =
    (change: (authorize: URL) => void): Trick =>
    async (door) => {
      const stolen = await door.begin(httpBrowser());
      change(stolen);
      const code = new URL(await door.atProvider(httpBrowser(), stolen.href, 'u1')).searchParams.get('code') ?? '';
      expect(code).not.toBe('');
      return tampered((query) => query.set('code', code))(door);
    };
  const past = Math.floor(Date.now() / 1000) - 3600;

  const tricks: [name: string, trick: Trick][] = [
    ['without a state', tampered((query) => query.delete('state'))],
    ['with a state of its own making', tampered((query) => query.set('state', 'x'.repeat(43)))],
    ['with two states', tampered((query) => query.append('state', 'another'))],
    ['without a code', tampered((query) => query.delete('code'))],
    ['with a code of its own making', tampered((query) => query.set('code', 'x'.repeat(43)))],
    ['with the issuer named as another', tampered((query) => query.set('iss', 'https://id.evil.example'))],
    ['without the issuer, which this one always names', tampered((query) => query.delete('iss'))],
    [
      'with an error in place of a code',
      tampered((query) => (query.delete('code'), query.set('error', 'access_denied'))),
    ],
    [
      'in another browser than it began in (a sign-in sent to somebody)',
      async (door) => {
        const mallory = httpBrowser();
        const back = await door.atProvider(mallory, (await door.begin(mallory)).href, 'u1');
        const victim = httpBrowser();
        await door.begin(victim);
        return { browser: victim, back };
      },
    ],
    [
      'a second time',
      async (door) => {
        const { browser, back } = await tampered(() => undefined)(door);
        await browser.go(back);
        browser.cookies(door.base()).delete('belay');
        return { browser, back };
      },
    ],
    [
      'after ten minutes',
      async (door) => {
        const made = await tampered(() => undefined)(door);
        door.clock.now += ATTEMPT_LIFETIME;
        return made;
      },
    ],
    ["with another client's code", withCodeOf((authorize) => authorize.searchParams.set('client_id', 'other'))],
    ["with a code of somebody else's sign-in (PKCE)", withCodeOf(() => undefined)],
    [
      'with another nonce',
      async (door) => {
        const browser = httpBrowser();
        const authorize = await door.begin(browser);
        authorize.searchParams.set('nonce', 'x'.repeat(43));
        return { browser, back: await door.atProvider(browser, authorize.href, 'u1') };
      },
    ],
    ['with an ID token changed on its way', withToken({ claims: { sub: 'u1', name: 'Mallory' }, keepSignature: true })],
    ['with an ID token of another issuer', withToken({ claims: { iss: 'https://id.evil.example' } })],
    ['with an ID token for another client', withToken({ claims: { aud: 'other' } })],
    [
      'with an ID token for several, given to another',
      withToken({ claims: { aud: ['belay', 'other'], azp: 'other' } }),
    ],
    ['with an ID token that is over', withToken({ claims: { exp: past, iat: past - 60 } })],
    ['with an ID token without a nonce', withToken({ claims: { nonce: undefined } })],
    ['with an ID token without a subject', withToken({ claims: { sub: undefined } })],
  ];
  test.each(tricks)('%s', async (_, trick) => {
    const door = await start();
    const { browser, back } = await trick(door);
    const answer = await browser.go(back);
    expect(answer.status).toBe(401);
    expect(answer.body).toContain('The sign-in did not work');
    expect(browser.cookies(door.base()).get('belay')).toBeUndefined();
    expect(await door.whoIs(browser)).toBeUndefined();
  });

  test('the same steps untouched do sign in, so each of these is refused for its own reason', async () => {
    const door = await start();
    const { browser, back } = await withToken({})(door);
    expect((await browser.go(back)).status).toBe(200);
    expect(await door.whoIs(browser)).toMatchObject({ name: 'Ada' });
  });
});

describe('the issuer', () => {
  test('that is away is said, and asked again at the next click', async () => {
    const { provider, base, open: comeBack, begin, problems } = await start({ away: true });
    const answer = await httpBrowser().go(`${base()}/signin/oidc`);
    expect(answer.status).toBe(503);
    expect(answer.body).toContain(`${provider.issuer} does not answer just now`);
    expect(problems).toHaveLength(1);
    comeBack();
    expect((await begin(httpBrowser())).origin).toBe(provider.issuer);
  });

  test('that calls itself something else than was configured is not believed', async () => {
    const door = await start();
    const other = await start({ issuer: `${door.provider.issuer}/` });
    const answer = await httpBrowser().go(`${other.base()}/signin/oidc`);
    expect(answer.status).toBe(503);
    expect(other.problems.join()).toContain(`it calls itself ${door.provider.issuer}, not ${door.provider.issuer}/`);
  });
});

test('the sign-in page shows the way there, with where to go afterwards, and the code beside it', async () => {
  const { base, provider } = await start();
  const { body } = await httpBrowser().go(`${base()}/signin?to=/runs/r-1`);
  expect(body).toContain(`href="/signin/oidc?to=%2Fruns%2Fr-1">Sign in with ${new URL(provider.issuer).host}</a>`);
  expect(body).toContain('One-time code');
});
