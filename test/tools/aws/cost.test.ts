import { expect, test } from '@jest/globals';
import { cost } from '../../../src/tools/aws/cost.ts';
import { metrics } from '../../../src/tools/aws/metrics.ts';
import { awsError, contextWith, fakeAws, REGION, type Script } from './fake-aws.ts';

const month = (groups: Record<string, [string, string]>, more = {}) => ({
  TimePeriod: { Start: '2026-10-01', End: '2026-11-01' },
  Groups: Object.entries(groups).map(([key, [Amount, Unit]]) => ({
    Keys: [key],
    Metrics: { UnblendedCost: { Amount, Unit } },
  })),
  ...more,
});
const asking = { start: '2026-10-01', end: '2026-11-01', by: 'SERVICE' as const };
const readCost = async (answer: Script['ce.GetCostAndUsage']) =>
  await cost.read(asking, contextWith(fakeAws({ ...(answer && { 'ce.GetCostAndUsage': answer }) }).client));

test('amounts are exact, also in pages and in scientific spelling, and two currencies are never added', async () => {
  const reading = await readCost(({ NextPageToken }) =>
    NextPageToken === undefined
      ? {
          ResultsByTime: [month({ S3: ['0.1', 'USD'], EC2: ['10.0000000001', 'USD'], Zug: ['5', 'CHF'] })],
          NextPageToken: 'two',
        }
      : { ResultsByTime: [month({ S3: ['0.2', 'USD'], Lambda: ['1.2E-7', 'USD'] }, { Estimated: true })] },
  );
  expect(cost.facts.parse(reading.facts)).toEqual(reading.facts);
  expect(reading.facts).toEqual({
    total: [
      { amount: '5', currency: 'CHF' },
      { amount: '10.3000001201', currency: 'USD' },
    ],
    groups: [
      { group: 'Zug', money: [{ amount: '5', currency: 'CHF' }] },
      { group: 'EC2', money: [{ amount: '10.0000000001', currency: 'USD' }] },
      { group: 'S3', money: [{ amount: '0.3', currency: 'USD' }] },
      { group: 'Lambda', money: [{ amount: '0.00000012', currency: 'USD' }] },
    ],
    count: 4,
    estimated: true,
    complete: true,
  });
});

test('nothing known is said as that, not as zero', async () => {
  const { facts, summary, content } = await readCost(() => ({ ResultsByTime: [] }));
  expect(facts).toMatchObject({ total: [], count: 0 });
  expect(summary).toContain('nothing known');
  expect(content).toBe('Cost Explorer has nothing for this period');
});

test.each([
  ['no unit', { UnblendedCost: { Amount: '1' } }],
  ['no amount', { UnblendedCost: { Unit: 'USD' } }],
  ['words', { UnblendedCost: { Amount: 'much', Unit: 'USD' } }],
])('half an amount (%s) fails', async (_, Total) => {
  const read = readCost(() => ({ ResultsByTime: [{ ...month({}), Total }] }));
  await expect(read).rejects.toMatchObject({ type: 'stop.unsupported' });
});

test('a period that is none is refused before it costs anything', async () => {
  const { client, asked } = fakeAws({});
  await expect(cost.read({ ...asking, end: asking.start }, contextWith(client))).rejects.toMatchObject({
    type: 'stop.invalid-input',
  });
  expect(asked).toEqual([]);
});

const metric = {
  region: REGION,
  namespace: 'AWS/EBS',
  metric: 'VolumeReadOps',
  dimensions: { VolumeId: 'vol-0a0a0a0a' },
  statistic: 'Sum' as const,
  start: '2026-11-27T00:00:00Z',
  end: '2026-11-27T01:00:00Z',
  periodSeconds: 300,
};
const readMetric = async (answer: Script['cloudwatch.GetMetricData'], more = {}) =>
  await metrics.read(
    { ...metric, ...more },
    contextWith(fakeAws({ ...(answer && { 'cloudwatch.GetMetricData': answer }) }).client),
  );
const at = (minute: string) => new Date(`2026-11-27T00:${minute}:00Z`);

test('points of a metric come in the order of time, over all pages', async () => {
  const reading = await readMetric(({ NextToken }) =>
    NextToken === undefined
      ? {
          MetricDataResults: [{ Id: 'm', Timestamps: [at('10'), at('05')], Values: [3, 1], StatusCode: 'PartialData' }],
          NextToken: 'two',
        }
      : { MetricDataResults: [{ Id: 'm', Timestamps: [at('15')], Values: [2], StatusCode: 'Complete' }] },
  );
  expect(metrics.facts.parse(reading.facts)).toEqual(reading.facts);
  expect(reading.facts).toMatchObject({ count: 3, min: 1, max: 3, sum: 6, complete: true });
  expect(reading.facts.points.map(([, value]) => value)).toEqual([1, 3, 2]);
});

test('no points is nothing measured; a part is marked as one', async () => {
  expect((await readMetric(() => ({ MetricDataResults: [] }))).facts).toMatchObject({ count: 0, min: null, sum: null });
  const part = await readMetric(() => ({
    MetricDataResults: [{ Timestamps: [at('05')], Values: [1], StatusCode: 'PartialData' }],
  }));
  expect(part.facts.complete).toBe(false);
});

test.each([
  ['InternalError', 'retry.unreachable'],
  ['Forbidden', 'stop.forbidden'],
] as const)('a result that says %s is a failure, not an absence of points', async (StatusCode, type) => {
  await expect(readMetric(() => ({ MetricDataResults: [{ StatusCode }] }))).rejects.toMatchObject({ type });
});

test.each([
  ['too many points', { periodSeconds: 60, end: '2026-11-28T00:00:00Z' }, 'period of at least 480 seconds'],
  ['no time', { end: metric.start }, 'not after start'],
])('%s is refused with what to do', async (_, more, says) => {
  await expect(readMetric(undefined, more)).rejects.toMatchObject({
    type: 'stop.invalid-input',
    message: expect.stringContaining(says),
  });
});

test('a right that is missing is named', async () => {
  const denied = readCost(() => {
    throw awsError('AccessDeniedException', 403);
  });
  await expect(denied).rejects.toMatchObject({ message: expect.stringContaining('may not ce:GetCostAndUsage') });
});
