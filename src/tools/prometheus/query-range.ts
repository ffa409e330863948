import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import { seriesOf } from './answer.ts';
import type { PrometheusClient } from './connect.ts';
import { PromQl, Time } from './query.ts';

const MAX_SERIES = 20;
const MAX_POINTS = 200;

const RangeSeries = z.object({
  labels: z.record(z.string(), z.string()),
  /** `[seconds since start, value]`, oldest first; null where Prometheus says NaN or an infinity. */
  points: z.array(z.tuple([z.number(), z.number().nullable()])),
});

/** `prometheus.query_range`: a PromQL expression over time. */
export const queryRange = defineTool({
  name: 'prometheus.query_range',
  title: 'Query a metric over time',
  description:
    `Evaluates a PromQL expression from start to end every step seconds: at most ${MAX_POINTS} points a series. At most ` +
    `${MAX_SERIES} series, fewer where they are long; count tells how many there were. An empty result means that nothing is known.`,
  risk: 'read',
  input: z.strictObject({
    query: PromQl,
    start: Time.describe('RFC 3339'),
    end: Time.describe('RFC 3339'),
    step: z.int().min(1).max(86_400).describe('Seconds between points'),
  }),
  facts: z.object({
    start: z.iso.datetime(),
    series: z.array(RangeSeries).max(MAX_SERIES),
    count: z.number().int().nonnegative(),
    complete: z.boolean(),
  }),
  timeout: '30s',
  async read(args, { client, signal }: ToolContext<PrometheusClient>) {
    const start = Date.parse(args.start);
    const seconds = (Date.parse(args.end) - start) / 1000;
    if (seconds < 0) throw new Failure('stop.invalid-input', 'end is before start');
    if (seconds / args.step >= MAX_POINTS)
      throw new Failure(
        'stop.invalid-input',
        `${Math.floor(seconds / args.step) + 1} points a series, at most ${MAX_POINTS}: use a step of at least ${Math.floor(seconds / MAX_POINTS) + 1} seconds`,
      );
    const asked = { query: args.query, start: args.start, end: args.end, step: String(args.step), timeout: '10s' };
    const { series, warnings } = seriesOf(await client.prometheus('/api/v1/query_range', asked, signal));
    const found = series.map(({ labels, points }) => ({
      labels,
      points: points.map(({ at, value }): [number, number | null] => [
        Math.round((Date.parse(at) - start) / 1000),
        value,
      ]),
    }));
    const kept = fit(found, MAX_SERIES);
    const lines = found.map(
      ({ labels, points }) =>
        `${JSON.stringify(labels)} ${points.map(([at, value]) => `+${at}s=${value ?? 'NaN'}`).join(' ')}`,
    );
    const head = `${args.query} from ${args.start} to ${args.end}`;
    return {
      facts: {
        start: new Date(start).toISOString(),
        series: kept,
        count: found.length,
        complete: kept.length === found.length,
      },
      content: [
        head,
        ...warnings.map((warning) => `warning: ${warning}`),
        ...(lines.length > 0 ? lines : ['no series']),
      ].join('\n'),
      summary: `${found.length === 0 ? 'no series' : `${found.length} series`} for ${args.query}`.slice(0, 300),
    };
  },
});
