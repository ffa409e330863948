import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { isOver, RunState } from '../domain/run.ts';
import type { ServerOptions } from './server-options.ts';

/** `/metrics` for Prometheus, and the clock on every request. Runs that are over are counted by the ledger, not here. */
export const metrics = fastifyPlugin(async (app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>) => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: 'belay_http_request_seconds',
    help: 'Time to answer, by route (not by address), method and status.',
    labelNames: ['method', 'route', 'status'],
    // A decision is answered by one transaction; a Slack click has 3 s.
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 3, 10],
    registers: [registry],
  });
  const runs = new Gauge({
    name: 'belay_runs',
    help: 'Runs that are not over, by state; counted up to 1000 each.',
    labelNames: ['state'],
    registers: [registry],
  });
  const gates = new Gauge({ name: 'belay_gates_open', help: 'Approvals that wait for people.', registers: [registry] });
  const database = new Gauge({
    name: 'belay_database_up',
    help: '1 when the database answers.',
    registers: [registry],
  });

  const failing = new Gauge({
    name: 'belay_anchor_failing',
    help: '1 while an anchor of the ledger does not take the last checkpoint.',
    labelNames: ['anchor'],
    registers: [registry],
  });
  const sealed = new Gauge({
    name: 'belay_checkpoint_timestamp_seconds',
    help: 'When the last checkpoint of the ledger was sealed; 0 before the first.',
    registers: [registry],
  });

  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request;
    seconds.observe(
      { method, route: routeOptions.url ?? '(none)', status: reply.statusCode },
      reply.elapsedTime / 1000,
    );
  });
  app.get('/metrics', { schema: { hide: true } }, async (_, reply) => {
    runs.reset();
    await count().then(
      () => database.set(1),
      () => database.set(0),
    );
    return reply.type(registry.contentType).send(await registry.metrics());
  });

  async function count(): Promise<void> {
    for (const state of RunState.options.filter((one) => !isOver(one)))
      runs.set({ state }, (await doors.runs({ state, limit: 1000 })).length);
    gates.set((await doors.gates({ state: 'open' })).length);
    const kept = await doors.ledgerStatus();
    for (const { name, problem } of kept?.anchors ?? []) failing.set({ anchor: name }, problem === null ? 0 : 1);
    sealed.set(kept?.checkpoint ? Date.parse(kept.checkpoint.at) / 1000 : 0);
  }
});
