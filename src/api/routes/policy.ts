import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { PolicyCase } from '../../authority/policy/policy-case.ts';
import { Requirement } from '../../domain/requirement.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import type { ServerOptions } from '../server-options.ts';
import { personOf } from './person-of.ts';
import { typed } from './typed.ts';

const tags = ['policy'];
const lines = z.array(z.string()).readonly();
const effect = z.enum(['permit', 'forbid']);

export const PolicyView = z.object({
  name: z.string(),
  from: z.string(),
  hash: z.string(),
  commit: z.string().nullable(),
  activatedAt: z.string(),
  by: z.string().nullable(),
  diff: lines,
  policies: z.array(z.object({ id: z.string(), effect, place: z.string(), gate: z.string().nullable() })).readonly(),
  refused: z.object({ at: z.string(), problems: lines }).nullable(),
});

export const Reloaded = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('activated'), hash: z.string(), diff: lines }),
  z.object({ answer: z.literal('unchanged'), hash: z.string() }),
  z.object({ answer: z.literal('refused'), hash: z.string(), problems: lines }),
]);

export const Explained = z.object({
  judgement: z.discriminatedUnion('say', [
    z.object({ say: z.literal('run'), policies: lines }),
    z.object({ say: z.literal('gate'), requirement: Requirement }),
    z.object({ say: z.literal('forbid'), rule: z.string(), message: z.string() }),
  ]),
  said: z
    .array(
      z.object({ id: z.string(), effect, place: z.string(), gate: z.string().nullable(), note: z.string().nullable() }),
    )
    .readonly(),
});

/** The policy in force: what it is, what it would say, and reading its files anew. */
export async function policyRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  const routes = typed(app);
  routes.get('/api/policy', { schema: { tags, summary: 'The policy in force', response: { 200: PolicyView } } }, () =>
    doors.policy(),
  );
  routes.post(
    '/api/policy/reload',
    { schema: { tags, summary: 'Read the policy files anew', response: { 200: Reloaded } } },
    (request) => doors.reloadPolicy(personOf(request)),
  );
  routes.post(
    '/api/policy/explain',
    {
      schema: {
        tags,
        summary: 'What policy would say of an action, and by which rules',
        body: PolicyCase,
        response: { 200: Explained },
      },
    },
    async ({ body }) => {
      const explained = await doors.explainPolicy(body);
      if ('unknown' in explained) throw new HttpProblem(422, explained.unknown);
      return explained;
    },
  );
}
