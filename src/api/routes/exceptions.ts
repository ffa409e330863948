import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Exception } from '../../domain/exception.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import type { ServerOptions } from '../server-options.ts';
import { personOf } from './person-of.ts';
import { refuseInvalid } from './scope-body.ts';
import { typed } from './typed.ts';

const tags = ['exceptions'];
const Terms = z.strictObject({
  resource: z
    .string('names the resource by its canonical key, such as aws:111122223333/eu-west-1/bucket/logs')
    .max(500),
  check: z.string().max(200).optional(),
  runbook: z.string().max(100).optional(),
  owner: z.string('says who answers for it').max(200),
  reason: z.string('says why it may stay as it is').max(1000),
  control: z.string('says what keeps the risk small meanwhile').max(1000),
  until: z.iso.datetime({ offset: true, error: 'is a moment with its zone, such as 2026-12-24T00:00:00Z' }),
});

const STATUS = { unknown: 404, over: 409 } as const;

/** Exceptions: asked for by anyone, approved at a gate of their own, over by themselves. */
export async function exceptionRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  const routes = typed(app);
  routes.post(
    '/api/exceptions',
    {
      schema: {
        tags,
        summary: 'Ask that something may stay as it is for a while',
        operationId: 'requestException',
        body: Terms,
        response: { 201: Exception },
      },
    },
    async (request, reply) => {
      const { check = null, runbook = null, until, ...terms } = request.body;
      const asked = { ...terms, check, runbook, until: new Date(until).toISOString() };
      const answer = await doors.requestException(asked, personOf(request));
      if (answer.answer === 'invalid') return refuseInvalid(answer.problems);
      return reply.code(201).send(answer.exception);
    },
  );

  routes.get(
    '/api/exceptions',
    {
      schema: {
        tags,
        summary: 'Exceptions that are asked for or in force',
        operationId: 'listExceptions',
        querystring: z.strictObject({ past: z.stringbool().default(false) }),
        response: { 200: z.object({ exceptions: z.array(Exception) }) },
      },
    },
    async ({ query }) => ({ exceptions: await doors.exceptions(query) }),
  );

  routes.post(
    '/api/exceptions/:id/revoke',
    {
      schema: {
        tags,
        summary: 'End an exception before its time, or take its request back',
        operationId: 'revokeException',
        params: z.object({ id: z.string().max(50) }),
        body: z.strictObject({ reason: z.string('says why; it goes into the record').max(1000) }),
        response: { 200: z.object({ id: z.string(), status: z.literal('revoked') }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const answer = await doors.revokeException(id, personOf(request), request.body.reason);
      if (answer.answer === 'refused') throw new HttpProblem(STATUS[answer.why], answer.message);
      return { id, status: 'revoked' as const };
    },
  );
}
