import formbody from '@fastify/formbody';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AlertRule } from '../alerts/alert-rule.ts';
import { evaluatePromql } from './evaluate-promql.ts';
import type { Value } from './evaluate-promql.ts';
import { parsePromql } from './parse-promql.ts';
import { resultType } from './promql-ast.ts';
import { badQuery, PromqlError, unsupported } from './promql-error.ts';
import { parseDuration } from './promql-literals.ts';
import type { SampleStore } from './sample-store.ts';

const MOST_POINTS = 11_000;
const one = z.union([z.string(), z.array(z.string()).transform((all) => all[0])]).optional();
const PARAMETERS = z.object({ query: one, time: one, start: one, end: one, step: one });
type Parameters = z.infer<typeof PARAMETERS>;

/** A number as Prometheus writes it. */
const sampleValue = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);

function timeOf(name: string, text: string | undefined): number {
  const ms = /^-?[\d.]+$/.test(text ?? '') ? Number(text) * 1000 : Date.parse(text ?? '');
  if (Number.isNaN(ms))
    throw badQuery(`invalid parameter "${name}": cannot parse ${JSON.stringify(text ?? '')} to a valid timestamp`);
  return ms;
}

function stepOf(text: string | undefined): number {
  const ms = parseDuration(text ?? '');
  if (ms > 0) return ms;
  throw badQuery(
    'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
  );
}

function expressionOf(query: string | undefined): ReturnType<typeof parsePromql> {
  try {
    return parsePromql(query ?? '');
  } catch (error) {
    if (error instanceof PromqlError && error.type === 'bad_data')
      throw badQuery(`invalid parameter "query": ${error.message}`);
    throw error;
  }
}

function instant(value: Value, at: number): unknown {
  const time = at / 1000;
  if (value.type === 'scalar') return { resultType: 'scalar', result: [time, sampleValue(value.value)] };
  const result = value.points.map((point) => ({ metric: point.labels, value: [time, sampleValue(point.value)] }));
  return { resultType: 'vector', result };
}

function query(samples: SampleStore, parameters: Parameters): unknown {
  const at = parameters.time === undefined ? Date.now() : timeOf('time', parameters.time);
  const expression = expressionOf(parameters.query);
  if (resultType(expression) === 'matrix') throw unsupported('a range selector as a query of its own');
  return instant(evaluatePromql(expression, samples.all(), at), at);
}

function queryRange(samples: SampleStore, parameters: Parameters): unknown {
  const [start, end] = [timeOf('start', parameters.start), timeOf('end', parameters.end)];
  if (end < start) throw badQuery('invalid parameter "end": end timestamp must not be before start time');
  const step = stepOf(parameters.step);
  if ((end - start) / step > MOST_POINTS) {
    throw badQuery(
      `exceeded maximum resolution of ${MOST_POINTS.toLocaleString('en')} points per timeseries. Try decreasing the query resolution (?step=XX)`,
    );
  }
  const expression = expressionOf(parameters.query);
  if (resultType(expression) === 'matrix') {
    throw badQuery(
      'invalid parameter "query": invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    );
  }
  const rows = new Map<string, { metric: Record<string, string>; values: [number, string][] }>();
  for (let at = start; at <= end; at += step) {
    const value = evaluatePromql(expression, samples.all(), at);
    for (const { labels, value: number } of value.type === 'vector'
      ? value.points
      : [{ labels: {}, value: value.value }]) {
      const key = JSON.stringify(labels);
      const row = rows.get(key) ?? { metric: labels, values: [] };
      rows.set(key, row);
      row.values.push([at / 1000, sampleValue(number)]);
    }
  }
  return { resultType: 'matrix', result: [...rows.values()] };
}

/** The address of an expression's graph in Prometheus' own page, as alerts carry it. */
export const graphLink = (prometheus: string, expression: string): string =>
  `${prometheus}/graph?g0.expr=${encodeURIComponent(expression)}&g0.tab=1`;

/** Prometheus' HTTP API over the samples, with its envelope for answers and errors (`bad_data` 400, `execution` 422). */
export async function prometheusApi(samples: SampleStore, rule: AlertRule): Promise<FastifyInstance> {
  const app = fastify({ logger: false, forceCloseConnections: true });
  await app.register(formbody);
  const success = (data: unknown): unknown => ({ status: 'success', data });
  app.setErrorHandler((error, _request, reply) => {
    const type = error instanceof PromqlError ? error.type : 'internal';
    const code = { bad_data: 400, execution: 422, internal: 500 }[type];
    const message = error instanceof Error ? error.message : String(error);
    return reply.code(code).send({ status: 'error', errorType: type, error: message });
  });
  for (const [path, answer] of [
    ['query', query],
    ['query_range', queryRange],
  ] as const) {
    app.route({
      method: ['GET', 'POST'],
      url: `/api/v1/${path}`,
      handler: (request) => {
        const given = PARAMETERS.parse({ ...Object(request.query), ...Object(request.body) });
        return success(answer(samples, given));
      },
    });
  }
  app.get('/api/v1/alerts', () => success({ alerts: rule.alerts() }));
  app.get('/api/v1/rules', () => success({ groups: [rule.group()] }));
  app.get('/api/v1/status/buildinfo', () => success({ version: '2.42.0-belay-sandbox' }));
  app.get('/-/ready', () => 'Prometheus Server is Ready.\n');
  app.get('/-/healthy', () => 'Prometheus Server is Healthy.\n');
  return app;
}
