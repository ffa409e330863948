import Fastify from 'fastify';
import type { OidcSignIn } from '../../../../src/api/sign-in/sign-in-options.ts';
import { signIn } from '../../../../src/api/sign-in/sign-in.ts';
import { portOf } from '../../../support/free-ports.ts';
import { httpBrowser, type HttpBrowser } from '../../../support/http-browser.ts';
import { startOidcProvider } from '../../../support/start-oidc-provider.ts';

/** A Belay on a socket whose people sign in at a real provider on another; `u1` is Ada, everybody else is nobody. */
export async function startOidcDoor(options: Partial<OidcSignIn> & { public?: boolean; away?: boolean } = {}) {
  const provider = await startOidcProvider();
  const app = Fastify();
  const clock = { now: Date.now() };
  const problems: string[] = [];
  const directory = new Map([[`oidc:${provider.issuer}#u1`, { id: `oidc:${provider.issuer}#u1`, name: 'Ada' }]]);
  const admit: OidcSignIn['admit'] = async (identity) => {
    const person = directory.get(identity);
    return person ? { person } : { refused: `${identity} is nobody in Belay's directory.` };
  };
  const base = () => `http://127.0.0.1:${portOf(app.server)}`;
  const callback = () => `${base()}/signin/oidc/callback`;
  await app.register(signIn, {
    cookieName: 'belay',
    allowedHosts: () => [new URL(base()).host],
    announceCode: () => undefined,
    secureCookie: false,
    person: { id: 'local:root', name: 'root' },
    now: () => clock.now,
    admit: options.admit ?? admit,
    oidc: {
      issuer: provider.issuer,
      clientId: 'belay',
      ...(options.public ? {} : { clientSecret: 'the secret of belay' }),
      callback,
      admit,
      onProblem: (message, error) =>
        problems.push(`${message} ${error instanceof Error ? error.message : String(error)}`),
      ...options,
    },
  });
  app.get('/who', { onRequest: app.requireSignedIn }, (request) => request.person);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const client = (id: string) => ({
    client_id: id,
    client_secret: `the secret of ${id}`,
    redirect_uris: [callback()],
    response_types: ['code' as const],
    grant_types: ['authorization_code'],
  });
  const open = () =>
    provider.open([
      options.public
        ? { ...client('belay'), client_secret: undefined, token_endpoint_auth_method: 'none' as const }
        : client('belay'),
      client('other'),
    ]);
  if (!options.away) open();

  /** Signs in at the provider from where it asks, up to the address it sends the browser back to. */
  const atProvider = async (browser: HttpBrowser, authorize: string, login: string): Promise<string> => {
    const back = (address: string) => address.startsWith(callback());
    let page = await browser.follow(authorize, back);
    for (const form of [{ prompt: 'login', login, password: 'any' }, { prompt: 'consent' }]) {
      if (back(page.at)) return page.at;
      const sent = await browser.go(page.at, form);
      if (sent.next === undefined) throw new Error(`the provider answers ${sent.status}: ${sent.body}`);
      page = await browser.follow(sent.next, back);
    }
    return page.at;
  };
  /** Where Belay sends a browser that wants to sign in. */
  const begin = async (browser: HttpBrowser, to = '/who'): Promise<URL> => {
    const { next } = await browser.go(`${base()}/signin/oidc?to=${encodeURIComponent(to)}`);
    if (next === undefined) throw new Error('Belay sends nowhere');
    return new URL(next);
  };
  const whoIs = async (browser: HttpBrowser): Promise<unknown> => {
    const { status, body } = await browser.go(`${base()}/who`);
    return status === 200 ? JSON.parse(body) : undefined;
  };
  /** All of it: begins, signs in and comes back. */
  const signInAs = async (login: string, browser = httpBrowser()) => {
    const back = await atProvider(browser, (await begin(browser)).href, login);
    const answer = await browser.go(back);
    return { browser, back, answer };
  };
  return {
    provider,
    base,
    callback,
    clock,
    directory,
    problems,
    open,
    begin,
    atProvider,
    signInAs,
    whoIs,
    stop: async () => {
      await app.close();
      await provider.stop();
    },
  };
}
