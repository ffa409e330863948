import type { InjectOptions } from 'fastify';
import { createServer } from '../../src/api/server.ts';
import type { ServerOptions } from '../../src/api/server-options.ts';
import { CSRF_HEADER } from '../../src/api/sign-in/sign-in.ts';
import type { Doors } from '../../src/authority/doors.ts';
import { DEFAULT_ROUTES, readRoutes } from '../../src/intake/routes.ts';
import { fakeAuthority } from '../authority/fake-authority.ts';
import { fakeDoors } from './fake-doors.ts';

export const HOST = '127.0.0.1:7420';
const TOKEN = 'the-local-token';
export const AUTHORIZED = { authorization: `Bearer ${TOKEN}` };

const open: { close(): Promise<unknown> }[] = [];

/** Closes every server that `startApi` made; for `afterEach`. */
export const closeAll = async (): Promise<void> => void (await Promise.all(open.splice(0).map((app) => app.close())));

/** The whole server over fake doors, asked by inject under its own host name. */
export async function startApi(options: Partial<ServerOptions> = {}, replaced: Partial<Doors> = {}) {
  const { doors, calls, of } = fakeDoors(replaced);
  const faults: unknown[] = [];
  const codes: string[] = [];
  const app = createServer({
    doors,
    authority: fakeAuthority().authority,
    workerTokens: undefined,
    queueOfAction: async () => undefined,
    token: () => TOKEN,
    localPerson: { id: 'local:ada', name: 'ada' },
    hosts: [HOST, 'localhost:7420'],
    signIn: { announceCode: (code) => codes.push(code), secureCookie: false },
    routes: readRoutes(DEFAULT_ROUTES),
    hookProof: () => ({ secrets: [], tokens: [] }),
    health: () => ({ parts: { temporal: 'up' } }),
    temporalUp: () => true,
    pollMs: 5,
    log: { error: (_, error) => faults.push(error) },
    ...options,
  });
  open.push(app);
  await app.ready();
  const ask = (what: InjectOptions) => app.inject({ ...what, headers: { host: HOST, ...what.headers } });
  /** With the bearer token. */
  const asAda = (what: InjectOptions) => ask({ ...what, headers: { ...AUTHORIZED, ...what.headers } });
  /** A browser that signed in: its cookie, and with `csrf` the header for changes. */
  const browser = async () => {
    const answer = await ask({ method: 'POST', url: '/signin', payload: { code: codes.at(-1) } });
    const [cookie] = answer.cookies;
    const headers = { cookie: `${cookie?.name}=${cookie?.value}` };
    const csrf: string = (await ask({ url: '/signin/csrf', headers })).json().token;
    return { headers, csrf: { ...headers, [CSRF_HEADER]: csrf } };
  };
  return { app, ask, asAda, browser, calls, of, faults };
}
