import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Halt } from '../../domain/halt.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import type { ServerOptions } from '../server-options.ts';
import { REFUSED } from './gates.ts';
import { personOf } from './person-of.ts';
import { readScope, refuseInvalid, ScopeBody } from './scope-body.ts';
import { typed } from './typed.ts';

const tags = ['halts'];

const Begin = z.strictObject({
  scope: ScopeBody,
  undo: z.boolean().default(false),
  reason: z.string('says why; it stands on every screen until it is resumed').max(2000),
});

const Resume = z.strictObject({ halt: z.string().max(50).optional(), reason: z.string().max(2000).optional() });

const Resumed = z.object({
  halt: z.string(),
  gate: z.string(),
  /** False while others must say so too. */
  lifted: z.boolean(),
  missing: z.array(z.string()),
  /** True when this person had said so before; nothing changed. */
  repeated: z.boolean(),
});

/** Stopping and going on. Whoever is signed in may stop; going on is decided on the halt's gate. */
export async function haltRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  const routes = typed(app);
  routes.post(
    '/api/halt',
    {
      schema: {
        tags,
        summary: 'Halt everything, or one runbook, tool or target',
        description:
          'When it has answered, nothing it covers is under way to begin, and nothing begins until it is resumed. Halting the same again answers 200 with the first.',
        operationId: 'halt',
        body: Begin,
        response: { 200: Halt, 201: Halt },
      },
    },
    async (request, reply) => {
      const { scope, undo, reason } = request.body;
      const answer = await doors.halt({ scope: readScope(scope), undo, reason }, personOf(request));
      if (answer.answer === 'invalid') return refuseInvalid(answer.problems);
      return reply.code(answer.again ? 200 : 201).send(answer.halt);
    },
  );

  routes.post(
    '/api/resume',
    {
      config: { bodyOptional: true },
      schema: {
        tags,
        summary: "Say that a halt may end: one person's approval of its gate",
        description:
          'Without `halt` the only one in force is meant. Where more people are needed, it stays until they said so.',
        operationId: 'resume',
        body: Resume.nullish(),
        response: { 200: Resumed },
      },
    },
    async (request) => {
      const { halt, reason } = request.body ?? {};
      const asked = { ...(halt === undefined ? {} : { halt }), ...(reason === undefined ? {} : { reason }) };
      const { halt: id, gate, decision } = await doors.resume(asked, personOf(request));
      if (decision.answer === 'refused') throw new HttpProblem(REFUSED[decision.why], decision.message);
      if (decision.answer === 'revised' || id === null || gate === null)
        throw new Error('a resume was answered as something else');
      const { complete: lifted, missing, answer } = decision;
      return { halt: id, gate, lifted, missing, repeated: answer === 'repeated' };
    },
  );

  routes.get(
    '/api/halts',
    {
      schema: {
        tags,
        summary: 'Halts in force, oldest first',
        operationId: 'listHalts',
        querystring: z.strictObject({ lifted: z.stringbool().default(false) }),
        response: { 200: z.object({ halts: z.array(Halt) }) },
      },
    },
    async ({ query }) => ({ halts: await doors.halts(query) }),
  );
}
