import type { FastifyInstance, FastifyReply } from 'fastify';
import type { BrowserSessions } from '../browser-sessions.ts';
import { localPath } from '../local-path.ts';
import type { OidcSignIn } from '../sign-in-options.ts';
import { againPage } from '../sign-in-page.ts';
import { SignInProblem } from '../sign-in-problem.ts';
import { sendPage } from '../sign-in-routes.ts';
import { ATTEMPT_LIFETIME, Attempts } from './attempts.ts';
import { oidcClient } from './oidc-client.ts';

interface OidcParts {
  readonly oidc: OidcSignIn;
  readonly sessions: BrowserSessions;
  /** The session cookie's full name, and whether browsers come over HTTPS. */
  readonly cookie: { readonly name: string; readonly secure: boolean };
  readonly now: () => number;
}

const AGAIN = 'Open /signin and begin again.';

/** `GET /signin/oidc` sends the browser to the issuer, `GET /signin/oidc/callback` takes it back, once. */
export async function oidcRoutes(app: FastifyInstance, { oidc, sessions, cookie, now }: OidcParts): Promise<void> {
  const client = oidcClient(oidc);
  const attempts = new Attempts(now);
  const cookieName = `${cookie.name}-oidc`;
  // Not strict: the issuer's redirect is another site's, and this cookie must come along with it.
  const attributes = { httpOnly: true, sameSite: 'lax', path: '/', secure: cookie.secure } as const;
  const failed = (detail: string, error: unknown): SignInProblem => {
    oidc.onProblem(detail, error);
    return new SignInProblem(401, 'oidc-failed', `${detail} ${AGAIN}`);
  };

  app.get<{ Querystring: { to?: string } }>('/signin/oidc', async (request, reply) => {
    const to = localPath(request.query.to);
    try {
      const { attempt, url } = await client.begin(to);
      const secret = attempts.begin(attempt, request.cookies[cookieName]);
      reply.setCookie(cookieName, secret, { ...attributes, maxAge: ATTEMPT_LIFETIME / 1000 });
      return await reply.header('cache-control', 'no-store').redirect(url, 303);
    } catch (error) {
      oidc.onProblem('the OpenID issuer does not answer', error);
      throw new SignInProblem(503, 'oidc-away', `${oidc.issuer} does not answer just now. Try again in a moment.`);
    }
  });

  app.get<{ Querystring: { state?: unknown; error?: unknown } }>('/signin/oidc/callback', async (request, reply) => {
    const { state } = request.query;
    const browser = request.cookies[cookieName];
    const attempt = typeof state === 'string' && browser !== undefined ? attempts.take(state, browser) : undefined;
    if (!attempt)
      throw new SignInProblem(
        401,
        'oidc-failed',
        `This sign-in did not begin in this browser, is over, or took longer than ten minutes. ${AGAIN}`,
      );
    const who = await client.finish(new URL(request.url, 'http://here.invalid').search, attempt).catch((error) => {
      throw failed('The sign-in did not hold what it must, so nobody is signed in.', error);
    });
    const admitted = await oidc.admit(who.identity, who.claims);
    if ('refused' in admitted) {
      oidc.onProblem(`${who.identity} was not let in`, admitted.refused);
      throw new SignInProblem(403, 'not-in-directory', `${who.name}: ${admitted.refused}`);
    }
    sessions.start(reply, admitted.person);
    return welcome(reply, attempt.to);
  });
}

/** The issuer's redirect is cross-site, to which the strict cookie is not added; the page asks once more from here. */
const welcome = (reply: FastifyReply, to: string): FastifyReply => sendPage(reply, againPage(to));
