import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HttpProblem } from '../../platform/http/problem.ts';
import { personOf } from './person-of.ts';
import { typed } from './typed.ts';

/**
 * `POST /api/sign-in-codes`: a new one-time code, for a second browser or when the first code is over. Only who holds
 * the token gets one: a browser that is signed in cannot let another one in.
 */
export async function signInCodeRoutes(app: FastifyInstance): Promise<void> {
  typed(app).post(
    '/api/sign-in-codes',
    {
      config: { bodyOptional: true },
      schema: {
        tags: ['sign-in'],
        summary: 'A new one-time code for a browser; the one before stops working',
        response: { 201: z.object({ code: z.string() }) },
      },
    },
    async (request, reply) => {
      if (personOf(request).door === 'web')
        throw new HttpProblem(403, 'A code is asked for in the terminal: belay sign-in.');
      return reply.code(201).send({ code: app.newSignInCode() });
    },
  );
}
