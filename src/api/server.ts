import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { authorityFace } from '../authority/http-face.ts';
import { hooks } from '../intake/hooks.ts';
import { answerError, problemDetails } from '../platform/http/problem-details.ts';
import { answerBrokenHttp } from './answer-broken-http.ts';
import { describeRoute } from './openapi.ts';
import { unknownAddress } from './unknown-address.ts';
import { metrics } from './metrics.ts';
import { people } from './people.ts';
import { probes } from './probes.ts';
import type { ServerOptions } from './server-options.ts';
import { slackMount } from './slack-mount.ts';

/** The largest body of any door; deliveries, decisions and inputs are far smaller. Bytes. */
export const BODY_LIMIT = 1024 * 1024;
/** A whole request must have come by then: a body that never ends holds a connection no longer. Milliseconds. */
const REQUEST_TIMEOUT = 30_000;

/**
 * How long a stop waits for requests under way; then connections are cut. A browser opens some that it never uses, which
 * count as busy until they time out. Milliseconds.
 */
const STOP_WITHIN = 3_000;

type Log = ServerOptions['log'];

/** A server without a door: limits, and every error a problem. */
function doorless(log: Log): FastifyInstance {
  const onFault = (error: unknown, reference: string): void => log.error(`request ${reference} failed`, error);
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    http: { headersTimeout: REQUEST_TIMEOUT, connectionsCheckingInterval: 5000 },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: false },
    genReqId: () => crypto.randomUUID().slice(0, 13),
    clientErrorHandler: answerBrokenHttp,
    frameworkErrors: (error, request, reply) => answerError(error, request, reply, onFault),
  });
  app.addHook('preClose', async () => void setTimeout(() => app.server.closeAllConnections(), STOP_WITHIN).unref());
  app.setValidatorCompiler(validatorCompiler);
  // Schemas document answers; they do not judge them: a gate must be readable even if a field is not as foreseen.
  app.setSerializerCompiler(() => JSON.stringify);
  void app.register(problemDetails, { onFault });
  void app.register(unknownAddress);
  return app;
}

/** The hooks door alone, with its probes: alerts are stored, and nothing can be read or decided here. */
export function createHooksServer(
  options: Pick<ServerOptions, 'doors' | 'routes' | 'hookProof' | 'temporalUp' | 'health' | 'log'> & {
    readonly hosts: () => readonly string[];
  },
): FastifyInstance {
  const app = doorless(options.log);
  void app.register(probes, options);
  void app.register(hooks, { ...options, proofOf: options.hookProof });
  return app;
}

/**
 * Belay's HTTP server, not listening yet. Each door is a scope with its own proof: people (token, or cookie and CSRF
 * header), webhooks (HMAC or token), workers (queue tokens), Slack (its signature); probes and metrics are open.
 * Every error is a problem of RFC 9457.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const { hosts: given } = options;
  const hosts = typeof given === 'function' ? given : () => given;
  const app = doorless(options.log);
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Belay',
        version: '1',
        description: 'Runs, approvals and the record. Errors are RFC 9457 problems.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
    transform: describeRoute,
  });
  void app.register(metrics, options);
  void app.register(probes, options);
  void app.register(slackMount, options);
  const { doors, routes, hookProof: proofOf, temporalUp } = options;
  void app.register(hooks, { doors, routes, proofOf, temporalUp, hosts });
  const { authority, workerTokens, queueOfAction, welcome } = options;
  if (workerTokens) void app.register(authorityFace, { authority, workerTokens, queueOfAction, welcome });
  void app.register(people, { ...options, hosts });
  return app;
}
