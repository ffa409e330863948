import type { FastifyInstance } from 'fastify';
import type { Doors } from '../authority/doors.ts';
import { HttpProblem } from '../platform/http/problem.ts';
import { sameSecret } from '../platform/http/secret-match.ts';
import { approvePage } from './pages/approve.ts';
import { passkeyScript } from './pages/approve-browser.ts';
import { passkeysPage } from './pages/approve-passkeys.ts';
import { APPROVE_STYLE } from './pages/approve-style.ts';
import { APP_SCRIPT } from './pages/app-script.ts';
import { APP_STYLE } from './pages/app-style.ts';
import { pages } from './pages/pages.ts';
import { blobRoutes } from './routes/blobs.ts';
import { exceptionRoutes } from './routes/exceptions.ts';
import { findingRoutes } from './routes/findings.ts';
import { freezeRoutes } from './routes/freezes.ts';
import { gateRoutes } from './routes/gates.ts';
import { haltRoutes } from './routes/halts.ts';
import { listRoutes } from './routes/lists.ts';
import { passkeyBrowserRoutes } from './routes/passkey-browser.ts';
import { passkeyRoutes } from './routes/passkeys.ts';
import { stepUpRoutes } from './routes/step-up.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { policyRoutes } from './routes/policy.ts';
import { peopleRoutes } from './routes/people.ts';
import { proofRoutes } from './routes/proof.ts';
import { runEventRoutes } from './routes/run-events.ts';
import { runRoutes } from './routes/runs.ts';
import { runbookRoutes } from './routes/runbooks.ts';
import { scheduleRoutes } from './routes/schedules.ts';
import { signInCodeRoutes } from './routes/sign-in-codes.ts';
import type { ServerOptions } from './server-options.ts';
import { signIn } from './sign-in/sign-in.ts';

export interface PeopleOptions extends ServerOptions {
  readonly hosts: () => readonly string[];
}

/** The doors a bearer of the local token may say it is; the rest have proofs of their own. */
const OWN_DOORS = ['cli', 'terminal'] as const;

const STATIC = { 'cache-control': 'max-age=300', 'x-content-type-options': 'nosniff' };

/** The scope of people: who they are is known before any handler runs. `/api/openapi.json` is for everybody. */
export async function people(app: FastifyInstance, options: PeopleOptions): Promise<void> {
  const admit: Doors['admit'] = (person, claims) => options.doors.admit(person, claims);
  await app.register(signIn, {
    cookieName: options.signIn.cookieName ?? 'belay',
    allowedHosts: options.hosts,
    announceCode: options.signIn.announceCode,
    secureCookie: options.signIn.secureCookie,
    person: options.localPerson,
    passkeys: true,
    admit,
    oidc: options.signIn.oidc && { ...options.signIn.oidc, admit },
    bearer: (token) => (sameSecret(token, options.token()) ? { ...options.localPerson, door: 'api' } : undefined),
  });
  const hidden = { schema: { hide: true } };
  app.get('/api/openapi.json', hidden, () => app.swagger());
  app.get('/app.css', hidden, (_, reply) => reply.headers(STATIC).type('text/css; charset=utf-8').send(APP_STYLE));
  app.get('/app.js', hidden, (_, reply) =>
    reply.headers(STATIC).type('text/javascript; charset=utf-8').send(APP_SCRIPT),
  );

  const passkeys = passkeyScript();
  app.get('/passkey.js', hidden, (_, reply) =>
    reply.headers(STATIC).type('text/javascript; charset=utf-8').send(passkeys),
  );
  app.get('/passkey.css', hidden, (_, reply) =>
    reply.headers(STATIC).type('text/css; charset=utf-8').send(APPROVE_STYLE),
  );
  for (const routes of [passkeyBrowserRoutes, passkeysPage]) await app.register(routes, options);

  await app.register(async (scope) => {
    scope.addHook('onRequest', scope.requireSignedIn);
    scope.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
      const claimed = request.headers['x-belay-door'];
      if (claimed === undefined || request.person?.door !== 'api') return;
      const door = OWN_DOORS.find((own) => own === claimed);
      if (!door) throw new HttpProblem(400, `X-Belay-Door may say ${OWN_DOORS.join(' or ')}, nothing else.`);
      request.person = { ...request.person, door };
    });
    for (const routes of [
      runbookRoutes,
      runRoutes,
      runEventRoutes,
      gateRoutes,
      listRoutes,
      haltRoutes,
      freezeRoutes,
      exceptionRoutes,
      findingRoutes,
      ledgerRoutes,
      proofRoutes,
      policyRoutes,
      peopleRoutes,
      blobRoutes,
      pages,
      stepUpRoutes,
      passkeyRoutes,
      approvePage,
    ])
      await scope.register(routes, options);
    await scope.register(scheduleRoutes, options);
    await scope.register(signInCodeRoutes);
  });
}
