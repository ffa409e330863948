import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { BlobRef } from '../../domain/blob.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import type { ServerOptions } from '../server-options.ts';
import { typed } from './typed.ts';

/**
 * `GET /api/blobs/:id`: evidence, for reading. It came from outside, so it is sent as nothing but text, to be saved:
 * a log line that is a page must not become one under this origin.
 */
export async function blobRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  typed(app).get(
    '/api/blobs/:id',
    { schema: { tags: ['record'], summary: 'Evidence by its id', params: z.object({ id: z.string() }) } },
    async ({ params: { id } }, reply) => {
      const blob = BlobRef.shape.id.safeParse(id).success ? await doors.blob(id) : undefined;
      if (!blob) throw new HttpProblem(404, `There is no evidence ${JSON.stringify(id.slice(0, 80))}.`);
      return reply
        .headers({
          'content-disposition': `attachment; filename="${id.replace(':', '-')}.txt"`,
          'content-security-policy': "default-src 'none'; sandbox",
          'x-content-type-options': 'nosniff',
        })
        .type('text/plain; charset=utf-8')
        .send(blob.content);
    },
  );
}
