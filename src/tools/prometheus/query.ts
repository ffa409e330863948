import { z } from 'zod';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import { seriesOf } from './answer.ts';
import type { PrometheusClient } from './connect.ts';

const MAX = 50;

export const PromQl = z.string().min(1).max(5000).describe('PromQL expression');
export const Time = z.iso.datetime({ offset: true });

const Sample = z.object({
  labels: z.record(z.string(), z.string()),
  /** Null where Prometheus says NaN or an infinity: it was asked, and there is no number. */
  value: z.number().nullable(),
  at: z.iso.datetime(),
});

/** `prometheus.query`: a PromQL expression at one moment. */
export const query = defineTool({
  name: 'prometheus.query',
  title: 'Query a metric',
  description:
    `Evaluates a PromQL expression at one time (now, unless given). At most ${MAX} samples; count tells how many there were. ` +
    'An empty result means that nothing is known, never that all is well.',
  risk: 'read',
  input: z.strictObject({ query: PromQl, time: Time.optional().describe('RFC 3339; now when left out') }),
  facts: z.object({ samples: z.array(Sample).max(MAX), count: z.number().int().nonnegative() }),
  timeout: '30s',
  async read(args, { client, signal }: ToolContext<PrometheusClient>) {
    const asked = { query: args.query, timeout: '10s', ...(args.time === undefined ? {} : { time: args.time }) };
    const { series, warnings } = seriesOf(await client.prometheus('/api/v1/query', asked, signal));
    // A range selector gives several points; the newest is the sample "at this time".
    const samples = series.flatMap(({ labels, points }) => points.slice(-1).map((point) => ({ labels, ...point })));
    const lines = samples.map(({ labels, value, at }) => `${JSON.stringify(labels)} ${value ?? 'NaN'} at ${at}`);
    return {
      facts: { samples: fit(samples, MAX), count: samples.length },
      content: [
        args.query,
        ...warnings.map((warning) => `warning: ${warning}`),
        ...(lines.length > 0 ? lines : ['no samples']),
      ].join('\n'),
      summary: `${answered(samples)} for ${args.query}`.slice(0, 300),
    };
  },
});

/** One number is said; several are counted. */
function answered(samples: readonly { value: number | null }[]): string {
  const [only] = samples;
  if (only === undefined) return 'no samples';
  return samples.length === 1
    ? `${only.value === null ? 'NaN' : Number(only.value.toPrecision(4))}`
    : `${samples.length} samples`;
}
