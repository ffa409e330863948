import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ServerOptions } from './server-options.ts';
import { typed } from './routes/typed.ts';

const Parts = z.record(z.string(), z.enum(['up', 'down', 'off']));

/** `/healthz`: this process answers. `/readyz`: decisions and alerts can be stored; that needs the database and nothing else. */
export async function probes(
  app: FastifyInstance,
  { doors, health }: Pick<ServerOptions, 'health'> & { readonly doors: Pick<ServerOptions['doors'], 'ready'> },
): Promise<void> {
  const routes = typed(app);
  const described = { tags: ['server'], security: [] };
  routes.get(
    '/healthz',
    {
      schema: {
        ...described,
        summary: 'Whether the process answers',
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    () => ({ status: 'ok' as const }),
  );
  const Ready = z.object({ status: z.enum(['ready', 'not-ready']), parts: Parts });
  routes.get(
    '/readyz',
    {
      schema: {
        ...described,
        summary: 'Whether decisions and alerts can be stored',
        response: { 200: Ready, 503: Ready },
      },
    },
    async (_, reply) => {
      const ready = await doors.ready().catch(() => false);
      const parts = { database: ready ? ('up' as const) : ('down' as const), ...health().parts };
      if (ready) return { status: 'ready' as const, parts };
      return reply
        .code(503)
        .header('retry-after', '5')
        .send({ status: 'not-ready' as const, parts });
    },
  );
}
