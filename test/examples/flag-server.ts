import Fastify from 'fastify';
import { z } from 'zod';
import type { Flag } from '../../examples/flags/flag-service.ts';

/** A feature-flag service as the example expects one: changes need the version they were decided on. */
export async function startFlagServer(...names: string[]) {
  const flags = new Map<string, Flag>(
    names.map((name) => [name, { name, enabled: true, version: 1, changedBy: null }]),
  );
  const changes: string[] = [];
  const app = Fastify({ forceCloseConnections: true });
  app.get<{ Params: { name: string } }>('/flags/:name', async (request, reply) => {
    const flag = flags.get(request.params.name);
    return flag ?? (await reply.code(404).send({}));
  });
  app.put<{ Params: { name: string } }>('/flags/:name', async (request, reply) => {
    const flag = flags.get(request.params.name);
    if (flag === undefined) return await reply.code(404).send({});
    if (request.headers['if-match'] !== String(flag.version)) return await reply.code(412).send({});
    const change = z.object({ enabled: z.boolean(), changedBy: z.string() }).parse(request.body);
    changes.push(change.changedBy);
    const next = { ...flag, ...change, version: flag.version + 1 };
    flags.set(flag.name, next);
    return next;
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, flags, changes, stop: () => app.close() };
}
