import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { oneLine } from '../one-line.ts';
import type { AwsClient } from './client.ts';
import { Region } from './settings.ts';

const MAX_POINTS = 200;
const Time = z.iso.datetime({ offset: true }).describe('RFC 3339');
const NAME = z.string().min(1).max(255);

const Input = z.strictObject({
  region: Region,
  namespace: NAME.describe('For example AWS/EBS'),
  metric: NAME.describe('For example VolumeReadOps'),
  dimensions: z
    .record(z.string().min(1).max(255), z.string().max(1024))
    .default({})
    .describe('For example {"VolumeId": "vol-…"}'),
  statistic: z.enum(['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount']).default('Average'),
  start: Time,
  end: Time,
  periodSeconds: z.int().min(60).max(86_400).multipleOf(60).default(300),
});

const Facts = z.object({
  /** `[RFC 3339, value]`, oldest first. */
  points: z.array(z.tuple([z.string(), z.number()])).max(MAX_POINTS),
  count: z.number().int(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  sum: z.number().nullable(),
  /** False where CloudWatch says that it gave only a part. */
  complete: z.boolean(),
});

/** `aws.metrics`: one CloudWatch metric over time. */
export const metrics = defineTool({
  name: 'aws.metrics',
  title: 'A CloudWatch metric',
  description:
    `One CloudWatch metric over time: at most ${MAX_POINTS} points. No points means that nothing was measured, which for an EBS ` +
    'volume means that it was attached to nothing.',
  risk: 'read',
  input: Input,
  facts: Facts,
  timeout: '30s',
  async read(args, { client, signal }: ToolContext<AwsClient>) {
    const start = new Date(args.start);
    const end = new Date(args.end);
    const seconds = (end.getTime() - start.getTime()) / 1000;
    if (seconds <= 0) throw new Failure('stop.invalid-input', 'end is not after start');
    if (seconds / args.periodSeconds > MAX_POINTS)
      throw new Failure(
        'stop.invalid-input',
        `${Math.ceil(seconds / args.periodSeconds)} points, at most ${MAX_POINTS}: use a period of at least ${Math.ceil(seconds / MAX_POINTS / 60) * 60} seconds`,
      );
    const MetricStat = {
      Metric: {
        Namespace: args.namespace,
        MetricName: args.metric,
        Dimensions: Object.entries(args.dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: args.periodSeconds,
      Stat: args.statistic,
    };
    const input = {
      StartTime: start,
      EndTime: end,
      ScanBy: 'TimestampAscending' as const,
      MetricDataQueries: [{ Id: 'm', MetricStat }],
    };
    const token = { answer: 'NextToken', ask: 'NextToken' } as const;
    const pages = await client.pages(args.region, 'cloudwatch.GetMetricData', input, token, signal);
    const results = pages.flatMap(({ MetricDataResults = [] }) => MetricDataResults);
    // Over several pages only the last one can be whole.
    const status = results.at(-1)?.StatusCode;
    if (results.some(({ StatusCode }) => StatusCode === 'Forbidden'))
      throw new Failure(
        'stop.forbidden',
        `This connection may not read ${args.namespace} ${args.metric}: cloudwatch:GetMetricData`,
      );
    if (results.some(({ StatusCode }) => StatusCode === 'InternalError'))
      throw new Failure('retry.unreachable', `CloudWatch could not read ${args.namespace} ${args.metric}`);
    const points = results
      .flatMap(({ Timestamps = [], Values = [] }) =>
        Timestamps.flatMap((at, index): [string, number][] => {
          const value = Values[index];
          return value === undefined ? [] : [[at.toISOString(), value]];
        }),
      )
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    const values = points.map(([, value]) => value);
    const head = `${args.namespace} ${args.metric} ${args.statistic} ${JSON.stringify(args.dimensions)}`;
    return {
      facts: {
        points: points.slice(0, MAX_POINTS),
        count: points.length,
        min: values.length === 0 ? null : Math.min(...values),
        max: values.length === 0 ? null : Math.max(...values),
        sum: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0),
        complete: points.length <= MAX_POINTS && (status === undefined || status === 'Complete'),
      },
      content: [
        head,
        ...points.map(([at, value]) => `${at} ${value}`),
        ...(points.length === 0 ? ['no points'] : []),
      ].join('\n'),
      summary: oneLine(`${points.length} points of ${args.namespace} ${args.metric} in ${args.region}`, 300),
    };
  },
});
