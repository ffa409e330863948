import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { JsonObject } from '../../domain/json.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import type { ServerOptions } from '../server-options.ts';
import { GuessLimit } from '../sign-in/guess-limit.ts';
import { answered } from './answered.ts';
import { viewOf } from './passkeys.ts';
import { typed } from './typed.ts';

const BODY_LIMIT = 64 * 1024;
const challenge = z.string().max(100);
const hidden = { hide: true };

/**
 * What a browser calls that nobody is signed in at: signing in by a passkey, and making one. Each call brings its own
 * proof (a code from the terminal, a passkey's word), so none asks who is signed in; foreign pages are kept out before.
 */
export async function passkeyBrowserRoutes(
  app: FastifyInstance,
  { doors }: Pick<ServerOptions, 'doors'>,
): Promise<void> {
  const routes = typed(app);
  const guesses = new GuessLimit(Date.now);
  app.addHook('onRequest', async (_, reply) => void reply.header('cache-control', 'no-store'));

  routes.post('/signin/passkey/options', { config: { bodyOptional: true }, schema: hidden }, async () =>
    answered(await doors.passkeys.askSignIn()),
  );

  routes.post(
    '/signin/passkey',
    { bodyLimit: BODY_LIMIT, schema: { ...hidden, body: z.strictObject({ challenge, assertion: JsonObject }) } },
    async (request, reply) => {
      const person = answered(await doors.passkeys.signIn(request.body));
      app.browserSessions.start(reply, person);
      return reply.code(204).send();
    },
  );

  routes.post(
    '/passkeys/begin',
    {
      bodyLimit: BODY_LIMIT,
      schema: {
        ...hidden,
        body: z.union([
          z.strictObject({ code: z.string().max(100) }),
          z.strictObject({ challenge, assertion: JsonObject }),
        ]),
      },
    },
    async (request) => {
      const wait = guesses.wait(request.ip);
      if (wait > 0)
        throw new HttpProblem(429, `Too many wrong codes. Try again in ${Math.ceil(wait / 60)} min.`, {
          headers: { 'retry-after': String(wait) },
        });
      const answer = await doors.passkeys.begin(request.body);
      if ('refused' in answer && answer.status === 401) guesses.record(request.ip);
      return answered(answer);
    },
  );

  routes.post(
    '/passkeys/add',
    {
      bodyLimit: BODY_LIMIT,
      schema: {
        ...hidden,
        body: z.strictObject({ challenge, registration: JsonObject, label: z.string().trim().min(1).max(60) }),
      },
    },
    async (request, reply) => reply.code(201).send(viewOf(answered(await doors.passkeys.add(request.body)))),
  );
}
