import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Freeze } from '../../domain/halt.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import type { ServerOptions } from '../server-options.ts';
import { personOf } from './person-of.ts';
import { readScope, refuseInvalid, ScopeBody } from './scope-body.ts';
import { typed } from './typed.ts';

const tags = ['freezes'];
const Moment = z.iso.datetime({ offset: true, error: 'is a moment with its zone, such as 2026-12-24T00:00:00Z' });
const Add = z.strictObject({
  scope: ScopeBody,
  from: Moment.optional(),
  to: Moment,
  reason: z.string('says why; it stands on every card it touches').max(500),
});

const STATUS = { unknown: 404, over: 409, 'not-an-approver': 403 } as const;

/** Change freezes: policy says what they mean. */
export async function freezeRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  const routes = typed(app);
  routes.post(
    '/api/freezes',
    {
      schema: {
        tags,
        summary: 'Add a change freeze; from now unless it says from when',
        operationId: 'addFreeze',
        body: Add,
        response: { 201: Freeze },
      },
    },
    async (request, reply) => {
      const { scope, from, to, reason } = request.body;
      const times = { from: from === undefined ? new Date() : new Date(from), to: new Date(to) };
      const answer = await doors.addFreeze({ scope: readScope(scope), ...times, reason }, personOf(request));
      if (answer.answer === 'invalid') return refuseInvalid(answer.problems);
      return reply.code(201).send(answer.freeze);
    },
  );

  routes.get(
    '/api/freezes',
    {
      schema: {
        tags,
        summary: "Freezes in force and to come, calendars' among them",
        operationId: 'listFreezes',
        querystring: z.strictObject({ past: z.stringbool().default(false) }),
        response: { 200: z.object({ freezes: z.array(Freeze) }) },
      },
    },
    async ({ query }) => ({ freezes: await doors.freezes(query) }),
  );

  routes.post(
    '/api/freezes/:id/lift',
    {
      config: { bodyOptional: true },
      schema: {
        tags,
        summary: 'End a freeze before its time',
        operationId: 'liftFreeze',
        params: z.object({ id: z.string().max(50) }),
        body: z.strictObject({}).nullish(),
        response: { 200: z.object({ id: z.string(), status: z.literal('lifted') }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const answer = await doors.liftFreeze(id, personOf(request));
      if (answer.answer === 'refused') throw new HttpProblem(STATUS[answer.why], answer.message);
      return { id, status: 'lifted' as const };
    },
  );
}
