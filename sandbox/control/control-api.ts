import { timingSafeEqual } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { SandboxStatus } from '../status.ts';
import { UnknownStory } from '../stories/stories.ts';

export interface SandboxActions {
  breakStory(name: string): void;
  heal(): void;
  status(): SandboxStatus;
}

const SETTLE_MS = 50;

/** What the subcommands of the sandbox talk to: `POST /break/:story`, `POST /heal`, `GET /status`, with a bearer token. */
export function controlApi(actions: SandboxActions, token: string): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true });
  const expected = Buffer.from(`Bearer ${token}`);
  app.addHook('onRequest', async (request, reply) => {
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      await reply
        .code(401)
        .send({ error: 'This sandbox was started by somebody else, or was restarted: its token differs.' });
    }
  });
  app.setErrorHandler((error, _request, reply) => {
    const message = error instanceof Error ? error.message : String(error);
    return reply.code(error instanceof UnknownStory ? 404 : 500).send({ error: message });
  });
  // The answer waits a moment, so that it already shows what the controllers made of the change.
  app.post<{ Params: { story: string } }>('/break/:story', async (request) => {
    actions.breakStory(request.params.story);
    await setTimeout(SETTLE_MS);
    return actions.status();
  });
  app.post('/heal', async () => {
    actions.heal();
    await setTimeout(SETTLE_MS);
    return actions.status();
  });
  app.get('/status', () => actions.status());
  return app;
}
