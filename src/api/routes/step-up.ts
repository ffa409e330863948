import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { DecisionRequest } from '../../domain/decision.ts';
import { GateId } from '../../domain/ids.ts';
import { JsonObject } from '../../domain/json.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import type { ServerOptions } from '../server-options.ts';
import { answered } from './answered.ts';
import { personOf } from './person-of.ts';
import { typed } from './typed.ts';

/** `POST /api/gates/:id/step-up`: what a browser needs to have a passkey confirm one decision. Nothing is decided. */
export async function stepUpRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  typed(app).post(
    '/api/gates/:id/step-up',
    {
      schema: {
        tags: ['approvals'],
        summary: 'Ask a passkey to confirm a decision',
        description:
          'The body is the decision as it will be sent, without `proof`. `options` are for `navigator.credentials.get`; ' +
          'then send the same decision with `proof: {challenge, assertion}`. Good once, for five minutes.',
        params: z.object({ id: z.string() }),
        body: DecisionRequest.omit({ proof: true }),
        response: { 200: z.object({ challenge: z.string(), options: JsonObject }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      if (!GateId.safeParse(id).success)
        throw new HttpProblem(404, `There is no approval ${JSON.stringify(id.slice(0, 50))}.`);
      return answered(await doors.passkeys.askStepUp(id, request.body, personOf(request)));
    },
  );
}
