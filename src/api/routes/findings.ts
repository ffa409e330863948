import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { KnownFinding } from '../../authority/findings/finding-doors.ts';
import type { ServerOptions } from '../server-options.ts';
import { typed } from './typed.ts';

/** What scans found, over all of them. */
export async function findingRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  typed(app).get(
    '/api/findings',
    {
      schema: {
        tags: ['findings'],
        summary: 'Findings that are open, or gone, with when they were first and last seen',
        operationId: 'listFindings',
        querystring: z.strictObject({ gone: z.stringbool().default(false), check: z.string().max(200).optional() }),
        response: { 200: z.object({ findings: z.array(KnownFinding), count: z.number().int() }) },
      },
    },
    ({ query: { gone, check } }) => doors.findings({ gone, ...(check === undefined ? {} : { check }) }),
  );
}
