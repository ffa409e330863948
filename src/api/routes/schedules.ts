import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ScheduleView } from '../../intake/schedules/schedule-views.ts';
import type { ServerOptions } from '../server-options.ts';
import { typed } from './typed.ts';

/** `GET /api/schedules`: what starts when, and what it started last. */
export async function scheduleRoutes(
  app: FastifyInstance,
  { schedules }: Pick<ServerOptions, 'schedules'>,
): Promise<void> {
  typed(app).get(
    '/api/schedules',
    {
      schema: {
        tags: ['schedules'],
        summary: 'Runbooks that start by themselves, in the order of their file',
        response: { 200: z.object({ schedules: z.array(ScheduleView) }) },
      },
    },
    async () => ({ schedules: [...((await schedules?.()) ?? [])] }),
  );
}
