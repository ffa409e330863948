import type { FastifyInstance } from 'fastify';
import { HttpProblem } from '../platform/http/problem.ts';
import type { ServerOptions } from './server-options.ts';

/** Above Slack's largest interaction by an order of magnitude. Bytes. */
const LIMIT = 1024 * 1024;

/** `POST /slack/events`, handed to Bolt before anything reads it: Slack's signature is over the raw bytes. */
export async function slackMount(app: FastifyInstance, { slack }: Pick<ServerOptions, 'slack'>): Promise<void> {
  app.post('/slack/events', {
    schema: { hide: true },
    onRequest: async (request, reply) => {
      if (!slack)
        throw new HttpProblem(404, 'Slack is not configured here: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET.');
      const length = Number(request.headers['content-length'] ?? Number.NaN);
      // Bolt reads what comes; a request that does not say its size is none of Slack's.
      if (!(length <= LIMIT)) throw new HttpProblem(413, `The body must say its size, at most ${LIMIT} bytes.`);
      reply.hijack();
      slack.requestListener(request.raw, reply.raw);
    },
    handler: async () => undefined,
  });
}
