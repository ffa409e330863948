import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { RunbookEntry } from '../../domain/manifest.ts';
import type { ServerOptions } from '../server-options.ts';
import { typed } from './typed.ts';

/** `GET /api/runbooks`: what can be run, with the JSON Schema of each input. */
export async function runbookRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  typed(app).get(
    '/api/runbooks',
    {
      schema: {
        tags: ['runbooks'],
        summary: 'What can be run',
        response: { 200: z.object({ runbooks: z.array(RunbookEntry) }) },
      },
    },
    () => ({ runbooks: doors.manifest.runbooks }),
  );
}
