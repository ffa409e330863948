import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { evaluatePromql } from '../metrics/evaluate-promql.ts';
import { parsePromql } from '../metrics/parse-promql.ts';
import { PromqlError } from '../metrics/promql-error.ts';
import { fingerprint } from './fingerprint.ts';
import type { Notifier } from './notifier.ts';
import { RECEIVER } from './webhook-message.ts';
import type { KnownAlert } from './webhook-message.ts';

/** Prometheus sends each alert again before this is over; Alertmanager shows it as the end of one that fires. */
const RESOLVE_AFTER_MS = 240_000;
const QUERY = z.object({
  filter: z.union([z.string().transform((each) => [each]), z.array(z.string())]).default([]),
  active: z.enum(['true', 'false']).default('true'),
});

function gettable({ alert, startsAt }: KnownAlert, generatorURL: string): Record<string, unknown> {
  const now = Date.now();
  return {
    annotations: alert.annotations,
    endsAt: new Date(now + RESOLVE_AFTER_MS).toISOString(),
    fingerprint: fingerprint(alert.labels),
    receivers: [{ name: RECEIVER }],
    startsAt,
    status: { inhibitedBy: [], silencedBy: [], mutedBy: [], state: 'active' },
    updatedAt: new Date(now).toISOString(),
    generatorURL,
    labels: alert.labels,
  };
}

/** A filter is a PromQL label matcher, so the same grammar and the same matching serve. @throws PromqlError */
function passes(known: KnownAlert, filter: string): boolean {
  const expression = parsePromql(`alert{${filter}}`);
  const series = { labels: { ...known.alert.labels, __name__: 'alert' }, samples: [{ at: 0, value: 1 }] };
  const value = evaluatePromql(expression, [series], 1);
  return value.type === 'vector' && value.points.length > 0;
}

/** The part of Alertmanager's API v2 that tells which alerts are active now. */
export function alertmanagerApi(notifier: Notifier, generatorUrl: string): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) => {
    const asked = error instanceof PromqlError || error instanceof z.ZodError;
    return reply.code(asked ? 400 : 500).send(error instanceof Error ? error.message : String(error));
  });
  app.get('/api/v2/alerts', (request) => {
    const { filter, active } = QUERY.parse(request.query);
    const { known } = notifier;
    if (!known || known.endsAt !== undefined || active === 'false') return [];
    return filter.every((each) => passes(known, each)) ? [gettable(known, generatorUrl)] : [];
  });
  app.get('/api/v2/status', () => ({
    cluster: { name: 'belay-sandbox', status: 'ready', peers: [] },
    versionInfo: { version: '0.25.0-belay-sandbox' },
    config: { original: '' },
  }));
  app.get('/-/ready', () => 'OK');
  app.get('/-/healthy', () => 'OK');
  return app;
}
