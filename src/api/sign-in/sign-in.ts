import { userInfo } from 'node:os';

import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

import type { Person } from '../../domain/person.ts';
import { type BrowserSessions, browserSessions } from './browser-sessions.ts';
import { GuessLimit } from './guess-limit.ts';
import { localPath } from './local-path.ts';
import { oidcRoutes } from './oidc/oidc-routes.ts';
import { OneTimeCode } from './one-time-code.ts';
import { isUnsafe, refuseForeignHost, refuseForeignOrigin } from './refuse-foreign.ts';
import { csrfMatches, type Session, SessionStore } from './session-store.ts';
import type { SignInOptions } from './sign-in-options.ts';
import { againPage, problemPage } from './sign-in-page.ts';
import { problemBody, SignInProblem } from './sign-in-problem.ts';
import { sendPage, signInRoutes } from './sign-in-routes.ts';
import { wantsPage } from './wants-page.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent this, by cookie (door `web`) or bearer; null for a stranger. */
    person: Person | null;
    /** The browser's session, when a cookie is what proved the person. */
    webSession: Session | null;
  }
  interface FastifyInstance {
    /** `onRequest` hook: 401 for a stranger's call, the sign-in page for a stranger's browser. */
    requireSignedIn: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
    /** Makes and announces a new code; the one before it stops working. */
    newSignInCode: () => string;
    /** For a door that has proved who is at the browser in its own way: `app.browserSessions.start(reply, person)`. */
    browserSessions: BrowserSessions;
  }
  interface FastifyContextConfig {
    /** This route answers under any `Host`: for probes and deliveries that prove themselves in another way. */
    anyHost?: boolean;
    /** This route signs in by a proof of its own, so a browser that is signed in already needs no CSRF header for it. */
    signsIn?: boolean;
  }
}

/** Asked only where nobody else is named: in a container the user may have no name. */
function thisUser(): { id: string; name: string } {
  const { username } = userInfo();
  return { id: `local:${username}`, name: username };
}

/** The header in which a signed-in page repeats the token of `GET /signin/csrf` on every unsafe request. */
export const CSRF_HEADER = 'x-belay-csrf';

/**
 * The web door. A browser signs in at `/signin` by a one-time code and gets an HttpOnly, SameSite=Strict cookie.
 *
 * Registered in a scope, it guards all routes of that scope: a `Host` that is not allowed is 421 (unless the route's
 * config has `anyHost`), an unsafe request from another origin is 403, an unsafe request by cookie without the CSRF
 * header is 403, and a bearer token that is not known is 401, also beside a good cookie. It does not demand a person;
 * that is `requireSignedIn`. Announces a first code when the server is ready.
 */
export const signIn = fastifyPlugin<SignInOptions>(
  async (app, options) => {
    const now = options.now ?? Date.now;
    const codes = new OneTimeCode(now);
    const sessions = new SessionStore(now);
    const cookieName = options.secureCookie ? `__Host-${options.cookieName}` : options.cookieName;
    const name = options.name ?? 'Belay';

    if (!app.hasReplyDecorator('setCookie')) await app.register(cookie);
    app.decorateRequest('person', null);
    app.decorateRequest('webSession', null);
    app.decorate('requireSignedIn', requireSignedIn);
    const browsers = browserSessions(sessions, { name: cookieName, secure: options.secureCookie });
    app.decorate('browserSessions', browsers);
    app.decorate('newSignInCode', () => {
      const code = codes.issue(options.person ?? thisUser());
      options.announceCode(code);
      return code;
    });

    app.addHook('onRequest', async (request, reply) => {
      try {
        if (!request.routeOptions.config?.anyHost) refuseForeignHost(request.headers, options.allowedHosts());
        refuseForeignOrigin(request.method, request.headers, options.secureCookie);
        await identify(request);
      } catch (error) {
        if (error instanceof SignInProblem) return refuse(request, reply, error);
        throw error;
      }
    });

    await app.register(async (routes: FastifyInstance) => {
      routes.setErrorHandler((error, request, reply) => {
        if (error instanceof SignInProblem) return refuse(request, reply, error);
        throw error;
      });
      const { oidc } = options;
      const ways = oidc ? [{ href: '/signin/oidc', label: `Sign in with ${new URL(oidc.issuer).host}` }] : [];
      const { passkeys } = options;
      const guesses = new GuessLimit(now);
      await signInRoutes(routes, { codes, sessions: browsers, name, ways, passkeys, guesses });
      if (oidc) {
        const cookieOf = { name: cookieName, secure: options.secureCookie };
        await routes.register(oidcRoutes, { oidc, sessions: browsers, cookie: cookieOf, now });
      }
    });
    app.addHook('onReady', async () => void app.newSignInCode());

    /** Whether a session's person may still see anything; the one local person holds this machine. */
    async function stillIn({ person }: Session): Promise<boolean> {
      if (!options.admit || person.id === (options.person ?? thisUser()).id) return true;
      return !('refused' in (await options.admit(person.id)));
    }

    async function identify(request: FastifyRequest): Promise<void> {
      const authorization = request.headers.authorization;
      if (authorization !== undefined) {
        const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
        const person = token === undefined ? undefined : options.bearer?.(token);
        // A wrong token never falls back to the cookie beside it: the caller meant the token.
        if (!person && options.bearer) throw new SignInProblem(401, 'bad-token', 'The bearer token is not known here.');
        request.person = person ?? null;
        return;
      }
      const id = request.cookies[cookieName];
      const session = id === undefined ? undefined : sessions.find(id);
      if (id === undefined || !session) return;
      if (!(await stillIn(session))) return sessions.close(id);
      const provesItself = request.routeOptions.config?.signsIn === true;
      if (isUnsafe(request.method) && !provesItself && !csrfMatches(session, request.headers[CSRF_HEADER]))
        throw new SignInProblem(403, 'missing-csrf', `Repeat the token of GET /signin/csrf in ${CSRF_HEADER}.`);
      request.person = session.person;
      request.webSession = session;
    }
  },
  { name: 'belay-sign-in', fastify: '5.x' },
);

async function requireSignedIn(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.person) return;
  if (request.method === 'GET' && wantsPage(request)) {
    const site = request.headers['sec-fetch-site'];
    if (site === 'cross-site' || site === 'same-site') await sendPage(reply, againPage(localPath(request.url)));
    else await reply.redirect(`/signin?to=${encodeURIComponent(request.url)}`, 303);
    return;
  }
  const problem = new SignInProblem(401, 'not-signed-in', 'Sign in at /signin, or send Authorization: Bearer <token>.');
  await refuse(request, reply, problem);
}

function refuse(request: FastifyRequest, reply: FastifyReply, problem: SignInProblem): FastifyReply {
  reply.code(problem.statusCode).headers(problem.headers);
  const body = problemBody(problem);
  if (wantsPage(request)) return sendPage(reply, problemPage(body.title, body.detail));
  return reply.header('cache-control', 'no-store').type('application/problem+json').send(body);
}
