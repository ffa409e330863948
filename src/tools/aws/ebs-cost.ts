import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { Money, sumsOf, times } from '../../domain/money.ts';
import type { AwsClient } from './client.ts';
import { costAndUsage } from './cost-and-usage.ts';

const DAY_MS = 86_400_000;
/** The longest period on each side. */
const MOST_DAYS = 14;
/** Cost Explorer is a day or two late; what it says of the newest days still rises. */
const LATE_DAYS = 2;
/** A month as amounts a day are multiplied up to it: 365 days / 12, rounded. */
const DAYS_A_MONTH = '30.4167';

const Period = z.object({ start: z.string(), end: z.string(), perMonth: z.array(Money) });

/** What Cost Explorer says all EBS volumes of an account cost, as an amount a month, before and after a day. */
export const EbsCost = z.object({ before: Period, after: Period, change: z.array(Money), source: z.string() });
export type EbsCost = z.infer<typeof EbsCost>;

/**
 * Asks Cost Explorer for equally long periods before and after `at`, the day itself left out. Throws `stop.unsupported`,
 * saying why, where it cannot know yet or has nothing.
 */
export async function ebsCost(
  client: AwsClient,
  { at, now }: { readonly at: string; readonly now: Date },
  signal: AbortSignal,
): Promise<EbsCost> {
  const day = Math.floor(Date.parse(at) / DAY_MS);
  const known = Math.floor(now.getTime() / DAY_MS) - LATE_DAYS;
  const days = Math.min(MOST_DAYS, known - (day + 1));
  if (days < 1) throw new Failure('stop.unsupported', 'Cost Explorer has no whole day after it yet');
  const before = await spent(client, day - days, days, signal);
  const after = await spent(client, day + 1, days, signal);
  const change = sumsOf([...after.perMonth, ...before.perMonth.map((money) => times(money, -1))]);
  return { before, after, change, source: `Cost Explorer, ${days} days before and after ${at.slice(0, 10)}` };
}

const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

async function spent(
  client: AwsClient,
  first: number,
  days: number,
  signal: AbortSignal,
): Promise<z.infer<typeof Period>> {
  const [start, end] = [dayText(first), dayText(first + days)];
  const asked = {
    TimePeriod: { Start: start, End: end },
    Granularity: 'DAILY' as const,
    Filter: { Dimensions: { Key: 'SERVICE' as const, Values: ['EC2 - Other'] } },
    GroupBy: [{ Type: 'DIMENSION' as const, Key: 'USAGE_TYPE' }],
  };
  const rows = await costAndUsage(client, asked, signal);
  // `EBS:VolumeUsage.gp3`, `EUW1-EBS:VolumeP-IOPS.gp3`; snapshots are `EBS:SnapshotUsage`.
  const volumes = rows.filter(({ group }) => /(^|-)EBS:Volume/.test(group ?? ''));
  if (volumes.length === 0)
    throw new Failure('stop.unsupported', `Cost Explorer has nothing on EBS volumes from ${start} to ${end}`);
  const sums = sumsOf(volumes.map(({ money }) => money));
  const perMonth = sums.map((sum) => times(times(sum, DAYS_A_MONTH), (1 / days).toFixed(10)));
  return { start, end, perMonth };
}
