import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer';
import type { GetCostAndUsageCommandInput } from '@aws-sdk/client-cost-explorer';
import { CreateVolumeCommand, DeleteVolumeCommand } from '@aws-sdk/client-ec2';
import { startSandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import type { SandboxAws } from '../../../sandbox/aws/start-sandbox-aws.ts';
import { leaveVolumes, leftover } from '../../../sandbox/aws/worlds/leftovers.ts';
import { volumeId } from '../../../sandbox/aws/worlds/put-volume.ts';
import type { Clients } from './clients.ts';
import { clientsOf, refusal } from './clients.ts';

const DAY = 86_400_000;
/** The sandbox's clock: a morning in the middle of a month of thirty days. */
let now = Date.parse('2026-06-16T00:00:00Z');
let aws: SandboxAws;
let prod: Clients;
beforeAll(async () => {
  aws = await startSandboxAws({ now: () => now });
  leaveVolumes(aws.world);
  prod = await clientsOf(aws, 'prod');
});
afterAll(() => aws?.stop());

const bill = async (clients: Clients, input: Partial<GetCostAndUsageCommandInput>) => {
  const { ResultsByTime: results = [] } = await clients.costs.send(
    new GetCostAndUsageCommand({
      TimePeriod: { Start: '2026-04-01', End: '2026-06-01' },
      Granularity: 'MONTHLY',
      Metrics: ['UnblendedCost'],
      ...input,
    }),
  );
  return results;
};
const amountOf = (result: Awaited<ReturnType<typeof bill>>[number] | undefined): number =>
  Number(result?.Total?.['UnblendedCost']?.Amount);
const usage = (...Values: string[]) => ({ Dimensions: { Key: 'USAGE_TYPE' as const, Values } });

describe('Cost Explorer', () => {
  test('a volume that is there all month costs its price, in USD, in each whole month', async () => {
    // io1 in eu-west-1: 200 GiB at 0.138 and 4,000 IOPS at 0.072.
    const results = await bill(prod, { Filter: usage('EU-EBS:VolumeUsage.piops', 'EU-EBS:VolumeP-IOPS.piops') });
    expect(results.map(({ TimePeriod: period }) => period)).toEqual([
      { Start: '2026-04-01', End: '2026-05-01' },
      { Start: '2026-05-01', End: '2026-06-01' },
    ]);
    expect(results.map(({ Total: total }) => total?.['UnblendedCost']?.Unit)).toEqual(['USD', 'USD']);
    for (const result of results) expect(amountOf(result)).toBeCloseTo(200 * 0.138 + 4000 * 0.072, 6);
  });

  test('days add up to their month, groups to their sum, and accounts see only their own', async () => {
    const [month] = await bill(prod, { TimePeriod: { Start: '2026-05-01', End: '2026-06-01' } });
    const days = await bill(prod, { TimePeriod: { Start: '2026-05-01', End: '2026-06-01' }, Granularity: 'DAILY' });
    expect(days).toHaveLength(31);
    expect(days.reduce((sum, day) => sum + amountOf(day), 0)).toBeCloseTo(amountOf(month), 6);
    for (const GroupBy of [[{ Type: 'DIMENSION' as const, Key: 'REGION' }], [{ Type: 'TAG' as const, Key: 'owner' }]]) {
      const [grouped] = await bill(prod, { TimePeriod: { Start: '2026-05-01', End: '2026-06-01' }, GroupBy });
      const amounts = (grouped?.Groups ?? []).map(({ Metrics: metrics }) => Number(metrics?.['UnblendedCost']?.Amount));
      expect(amounts.length).toBeGreaterThan(1);
      expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBeCloseTo(amountOf(month), 6);
    }
    const [byOwner] = await bill(prod, { GroupBy: [{ Type: 'TAG', Key: 'owner' }] });
    expect(byOwner?.Groups?.flatMap(({ Keys: keys }) => keys)).toEqual([
      'owner$',
      'owner$ada',
      'owner$grace',
      'owner$nils',
    ]);
    const [other] = await bill(await clientsOf(aws, 'dev'), { Filter: usage('EU-EBS:VolumeUsage.piops') });
    expect(amountOf(other)).toBe(0);
  });

  test('filters are joined by and, or, not and tags', async () => {
    const region = (...Values: string[]) => ({ Dimensions: { Key: 'REGION' as const, Values } });
    const Tags = { Key: 'owner', Values: ['nils'] };
    const all = await bill(prod, {});
    const europe = await bill(prod, { Filter: region('eu-west-1') });
    const elsewhere = await bill(prod, { Filter: { Not: region('eu-west-1') } });
    expect(amountOf(europe[0]) + amountOf(elsewhere[0])).toBeCloseTo(amountOf(all[0]), 6);
    const both = await bill(prod, { Filter: { Or: [region('eu-west-1'), region('us-east-1')] } });
    expect(amountOf(both[0])).toBeCloseTo(amountOf(all[0]), 6);
    // sc1 in us-east-1: 4,000 GiB at 0.015.
    const archive = await bill(prod, { Filter: { And: [region('us-east-1'), { Tags }] } });
    expect(amountOf(archive[0])).toBeCloseTo(60, 6);
  });

  test('what is deleted costs up to then and nothing after', async () => {
    const filter = { Filter: usage('EBS:VolumeUsage'), Granularity: 'DAILY' as const };
    const TimePeriod = { Start: '2026-06-14', End: '2026-06-20' };
    const perDay = (80 * 0.05) / 30;
    now += DAY / 2;
    const { ec2 } = await clientsOf(aws, 'dev', 'us-east-1');
    await ec2.send(new DeleteVolumeCommand({ VolumeId: volumeId(leftover('tmp-db-copy')) }));
    now += 5 * DAY;
    const days = await bill(await clientsOf(aws, 'dev'), { ...filter, TimePeriod });
    const expected = [perDay, perDay, perDay / 2, 0, 0, 0];
    expect(days).toHaveLength(6);
    for (const [index, day] of days.entries()) expect(amountOf(day)).toBeCloseTo(expected[index] ?? Number.NaN, 8);
    const [month] = await bill(await clientsOf(aws, 'dev'), { TimePeriod: { Start: '2026-06-01', End: '2026-07-01' } });
    expect(month?.Estimated).toBe(true);
    now -= 5.5 * DAY;
  });

  test.each([
    [{ TimePeriod: { Start: '2026-06-01', End: '2026-06-01' } }, /before end date/],
    [{ Granularity: 'HOURLY' as const }, /Granularity/],
    [{ Metrics: [] }, /Metrics/],
    [{ GroupBy: [{ Type: 'DIMENSION' as const, Key: 'TENANCY' }] }, /TENANCY/],
    [{ Filter: {} }, /one of And/],
  ])('%j is a ValidationException', async (input, message) => {
    expect(await refusal(bill(prod, input))).toMatchObject({
      code: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });
});

describe('CloudWatch', () => {
  const reads = (name: string, change: Partial<GetMetricDataCommandInput> = {}): Promise<Date[]> =>
    prod.cloudWatch
      .send(
        new GetMetricDataCommand({
          StartTime: new Date(now - 200 * DAY),
          EndTime: new Date(now),
          MetricDataQueries: [
            {
              Id: 'reads',
              MetricStat: {
                Metric: {
                  Namespace: 'AWS/EBS',
                  MetricName: 'VolumeReadOps',
                  Dimensions: [{ Name: 'VolumeId', Value: name.startsWith('vol-') ? name : volumeId(leftover(name)) }],
                },
                Period: 86_400,
                Stat: 'Sum',
              },
            },
          ],
          ...change,
        }),
      )
      .then(({ MetricDataResults: [result] = [] }) => {
        expect(result).toMatchObject({ Id: 'reads', StatusCode: 'Complete' });
        expect(result?.Values?.length).toBe(result?.Timestamps?.length);
        return result?.Timestamps ?? [];
      });

  test('counts as long as a volume was attached, newest first, and not since', async () => {
    const days = await reads('reporting-scratch');
    const [newest, oldest] = [days.at(0)?.getTime() ?? 0, days.at(-1)?.getTime() ?? 0];
    expect(now - newest).toBeGreaterThan(119 * DAY);
    expect(now - newest).toBeLessThan(122 * DAY);
    expect(newest - oldest).toBe((days.length - 1) * DAY);
    expect(await reads('reporting-scratch', { ScanBy: 'TimestampAscending' })).toEqual(days.toReversed());
  });

  test('knows nothing of a volume that is new, or of another region', async () => {
    const made = await prod.ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'eu-west-1a', Size: 1 }));
    expect(await reads(made.VolumeId ?? '')).toEqual([]);
    expect(await reads('mail-archive')).toEqual([]);
  });

  test('refuses what it cannot compute', async () => {
    const expression = [{ Id: 'a', Expression: 'm1 / m2' }];
    expect(await refusal(reads('cache-warm', { MetricDataQueries: expression }))).toMatchObject({
      code: 'ValidationException',
    });
    expect(await refusal(reads('cache-warm', { StartTime: new Date(now), EndTime: new Date(0) }))).toMatchObject({
      message: expect.stringMatching(/StartTime must be less/),
    });
  });
});
