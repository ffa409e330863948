import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ServerOptions } from '../server-options.ts';
import { zipOf } from '../zip.ts';
import { findRun } from './runs.ts';
import { typed } from './typed.ts';

/** What one run shows to somebody who trusts nobody here. */
export async function proofRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  typed(app).get(
    '/api/runs/:id/proof',
    {
      schema: {
        tags: ['ledger'],
        summary: "A run's proof pack, as a zip",
        operationId: 'exportProof',
        params: z.object({ id: z.string().max(50) }),
      },
    },
    async (request, reply) => {
      const run = await findRun(doors, request.params.id);
      const files = await doors.exportProof(run.id);
      if (!files) throw new Error(`run ${run.id} is gone`);
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="belay-proof-${run.id}.zip"`)
        .send(Readable.from(zipOf(files)));
    },
  );
}
