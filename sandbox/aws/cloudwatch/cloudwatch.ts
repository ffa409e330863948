import { z } from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { jsonService, parsed } from '../protocol/json-service.ts';
import type { Call, Service } from '../protocol/service.ts';
import { metricPoints } from './metric-points.ts';

const Query = z.object({
  Id: z.string().regex(/^[a-z]\w*$/, 'must start with a lowercase letter'),
  Label: z.string().optional(),
  ReturnData: z.boolean().default(true),
  MetricStat: z
    .object({
      Metric: z.object({
        Namespace: z.string(),
        MetricName: z.string(),
        Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
      }),
      Period: z.number().int().positive().multipleOf(60),
      Stat: z.enum(['Sum', 'Average', 'Maximum', 'Minimum', 'SampleCount']),
    })
    .optional(),
});
const Input = z.object({
  MetricDataQueries: z.array(Query).min(1).max(500),
  /** Seconds since 1970, as the protocol writes times. */
  StartTime: z.number(),
  EndTime: z.number(),
  ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']).default('TimestampDescending'),
});

function getMetricData(call: Call, raw: Record<string, unknown>): unknown {
  const input = parsed(Input, raw);
  if (input.StartTime >= input.EndTime)
    throw new AwsError('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
  const region = call.world.accounts.get(call.caller?.account ?? '')?.regions.get(call.region);
  const results = input.MetricDataQueries.filter((query) => query.ReturnData).map((query) => {
    if (!query.MetricStat)
      throw new AwsError(
        'ValidationError',
        `The sandbox reads metrics by MetricStat only, and query ${query.Id} has none.`,
      );
    const { Metric: metric, Period: period, Stat: stat } = query.MetricStat;
    const dimensions = Object.fromEntries(metric.Dimensions.map(({ Name, Value }) => [Name, Value]));
    const points = metricPoints(call.world, region, {
      namespace: metric.Namespace,
      name: metric.MetricName,
      dimensions,
      start: input.StartTime * 1000,
      end: input.EndTime * 1000,
      period: period * 1000,
      stat,
    });
    const ordered = input.ScanBy === 'TimestampAscending' ? points : points.toReversed();
    return {
      Id: query.Id,
      Label: query.Label ?? metric.MetricName,
      Timestamps: ordered.map(({ at }) => at / 1000),
      Values: ordered.map(({ value }) => value),
      StatusCode: 'Complete',
    };
  });
  return { MetricDataResults: results, Messages: [] };
}

/** CloudWatch, which counts what volumes and buckets did. */
export const cloudWatch: Service = jsonService({
  name: 'monitoring',
  target: 'GraniteServiceVersion20100801',
  version: '1.0',
  iam: 'cloudwatch',
  operations: { GetMetricData: getMetricData },
  throttled: () => new AwsError('Throttling', 'Rate exceeded'),
  denied: (message) => new AwsError('AccessDenied', message, 403),
});
