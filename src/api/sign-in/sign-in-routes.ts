import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';

import type { BrowserSessions } from './browser-sessions.ts';
import type { GuessLimit } from './guess-limit.ts';
import { localPath } from './local-path.ts';
import type { OneTimeCode } from './one-time-code.ts';
import { SIGN_IN_STYLE } from './sign-in-style.ts';
import { signInPage } from './sign-in-page.ts';
import { SignInProblem } from './sign-in-problem.ts';
import { wantsPage } from './wants-page.ts';

/** Nothing here needs more than a code and a path. Bytes. */
const BODY_LIMIT = 4096;
const Guess = z.object({ code: z.string().max(100), to: z.string().max(2000).optional() });

/** What the sign-in routes work with. */
export interface SignInParts {
  readonly codes: OneTimeCode;
  readonly guesses: GuessLimit;
  readonly sessions: BrowserSessions;
  readonly name: string;
  readonly passkeys?: boolean | undefined;
  readonly ways?: readonly { readonly href: string; readonly label: string }[];
}

const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  // Not `no-referrer`: with it browsers send `Origin: null` on the form, and we could not tell our own page.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Sends a page of the sign-in, with the headers that keep it alone. */
export const sendPage = (reply: FastifyReply, html: string): FastifyReply =>
  reply.headers(PAGE_HEADERS).type('text/html; charset=utf-8').send(html);

/** `GET|POST /signin`, its stylesheet, `GET /signin/csrf` and `POST /signin/out`. */
export async function signInRoutes(app: FastifyInstance, parts: SignInParts): Promise<void> {
  const { codes, guesses, sessions, name, passkeys, ways = [] } = parts;
  await app.register(formbody, { bodyLimit: BODY_LIMIT });

  app.get<{ Querystring: { to?: string } }>('/signin', (request, reply) => {
    const to = localPath(request.query.to);
    return request.person ? reply.redirect(to, 303) : sendPage(reply, signInPage({ name, to, ways, passkeys }));
  });

  app.get('/signin/style.css', (_request, reply) =>
    reply.header('cache-control', 'max-age=300').type('text/css; charset=utf-8').send(SIGN_IN_STYLE),
  );

  // A form cannot set a header.
  app.post('/signin', { bodyLimit: BODY_LIMIT, config: { signsIn: true } }, (request, reply) => {
    const guess = Guess.safeParse(request.body);
    const to = localPath(guess.data?.to);
    const person = redeem(guess.data?.code ?? '', request.ip);
    if (person instanceof SignInProblem) {
      if (!wantsPage(request)) throw person;
      reply.code(person.statusCode).headers(person.headers);
      return sendPage(reply, signInPage({ name, to, ways, passkeys, problem: person.message }));
    }
    sessions.start(reply, person);
    return wantsPage(request) ? reply.redirect(to, 303) : reply.code(204).send();
  });

  app.get('/signin/csrf', { onRequest: app.requireSignedIn }, (request, reply) =>
    reply.header('cache-control', 'no-store').send({ token: request.webSession?.csrf ?? null }),
  );

  app.post('/signin/out', { onRequest: app.requireSignedIn, bodyLimit: BODY_LIMIT }, (request, reply) => {
    sessions.end(reply);
    return wantsPage(request) ? reply.redirect('/signin', 303) : reply.code(204).send();
  });

  function redeem(code: string, address: string) {
    const wait = guesses.wait(address);
    if (wait > 0) {
      const detail = `Too many wrong codes. Try again in ${Math.ceil(wait / 60)} min.`;
      return new SignInProblem(429, 'too-many-guesses', detail, { 'retry-after': String(wait) });
    }
    const person = codes.redeem(code);
    if (person) return person;
    guesses.record(address);
    const detail =
      'That code does not work: it is mistyped, already used, or older than ten minutes. `belay sign-in` in the terminal gives another.';
    return new SignInProblem(401, 'wrong-code', detail);
  }
}
