import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';

const Labels = z.record(z.string(), z.string());
const Value = z.tuple([z.number(), z.string()]);

const Answer = z.object({
  status: z.literal('success'),
  warnings: z.array(z.string()).default([]),
  data: z.discriminatedUnion('resultType', [
    // A native histogram has `histogram` in place of `value`.
    z.object({
      resultType: z.literal('vector'),
      result: z.array(z.object({ metric: Labels, value: Value.optional() })),
    }),
    z.object({
      resultType: z.literal('matrix'),
      result: z.array(z.object({ metric: Labels, values: z.array(Value).default([]) })),
    }),
    z.object({ resultType: z.literal('scalar'), result: Value }),
    z.object({ resultType: z.literal('string'), result: Value }),
  ]),
});

/** One series with its samples, oldest first. `value` is null where Prometheus says NaN or an infinity. */
export interface Series {
  readonly labels: Record<string, string>;
  readonly points: { readonly at: string; readonly value: number | null }[];
}

/** Prometheus's answer to a query, whatever its result type, as series. Throws `stop.unsupported` for strings and histograms. */
export function seriesOf(answer: unknown): { series: Series[]; warnings: string[] } {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success)
    throw new Failure('stop.unsupported', `This is not an answer of Prometheus: ${z.prettifyError(parsed.error)}`);
  const { data, warnings } = parsed.data;
  switch (data.resultType) {
    case 'scalar':
      return { series: [{ labels: {}, points: [pointOf(data.result)] }], warnings };
    case 'vector':
      return {
        series: data.result.map(({ metric, value }) => ({ labels: metric, points: [pointOf(value)] })),
        warnings,
      };
    case 'matrix':
      return {
        series: data.result.map(({ metric, values }) => ({ labels: metric, points: values.map(pointOf) })),
        warnings,
      };
    case 'string':
      throw new Failure('stop.invalid-input', 'The query gives a string, not numbers');
  }
}

function pointOf(value: z.infer<typeof Value> | undefined): { at: string; value: number | null } {
  if (value === undefined)
    throw new Failure(
      'stop.unsupported',
      'The query gives native histograms; ask for a number, for example by histogram_quantile',
    );
  const number = Number(value[1] === '+Inf' ? 'Infinity' : value[1]);
  return { at: new Date(value[0] * 1000).toISOString(), value: Number.isFinite(number) ? number : null };
}
