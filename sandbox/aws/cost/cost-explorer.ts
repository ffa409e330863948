import { Big } from 'big.js';
import { z } from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { jsonService, parsed } from '../protocol/json-service.ts';
import type { Call, Service } from '../protocol/service.ts';
import type { BillLine } from './bill.ts';
import { billOfDay } from './bill.ts';
import { CostFilter, dimensionOf, fitsFilter } from './cost-filter.ts';

const DAY = 86_400_000;
const Day = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'must be a date such as 2027-01-31');
const COSTS = ['UnblendedCost', 'BlendedCost', 'AmortizedCost', 'NetUnblendedCost', 'NetAmortizedCost'] as const;
const Metric = z.enum([...COSTS, 'UsageQuantity']);
const Input = z.object({
  TimePeriod: z.object({ Start: Day, End: Day }),
  Granularity: z.enum(['DAILY', 'MONTHLY']),
  Metrics: z.array(Metric).min(1),
  Filter: CostFilter.optional(),
  GroupBy: z
    .array(z.object({ Type: z.enum(['DIMENSION', 'TAG']), Key: z.string() }))
    .max(2)
    .default([]),
});
type Input = z.infer<typeof Input>;

interface Period {
  readonly start: number;
  readonly end: number;
}

const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The end is not part of it; months are cut where the time asked for begins and ends. */
function periodsOf({ TimePeriod: { Start: from, End: to }, Granularity: granularity }: Input): Period[] {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  if (!(start < end))
    throw new AwsError('ValidationException', 'Start date (and hour) should be before end date (and hour)');
  const periods: Period[] = [];
  for (let at = start; at < end; at = periods.at(-1)?.end ?? end) {
    const date = new Date(at);
    const month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
    periods.push({ start: at, end: Math.min(end, granularity === 'DAILY' ? at + DAY : month) });
  }
  return periods;
}

const sum = (lines: readonly BillLine[], of: 'amount' | 'quantity'): string =>
  lines
    .reduce((total, line) => total.plus(line[of]), new Big(0))
    .round(10)
    .toFixed();

const metricsOf = (lines: readonly BillLine[], { Metrics: metrics }: Input): Record<string, unknown> =>
  Object.fromEntries(
    metrics.map((metric) => [
      metric,
      metric === 'UsageQuantity'
        ? { Amount: sum(lines, 'quantity'), Unit: 'N/A' }
        : { Amount: sum(lines, 'amount'), Unit: 'USD' },
    ]),
  );

function groupsOf(lines: readonly BillLine[], input: Input): unknown[] {
  const keysOf = input.GroupBy.map(({ Type: type, Key: key }) =>
    type === 'TAG' ? (line: BillLine) => `${key}$${line.tags[key] ?? ''}` : dimensionOf(key),
  );
  const groups = Map.groupBy(lines, (line) => JSON.stringify(keysOf.map((keyOf) => keyOf(line))));
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([keys, own]) => ({ Keys: JSON.parse(keys), Metrics: metricsOf(own, input) }));
}

function getCostAndUsage(call: Call, raw: Record<string, unknown>): unknown {
  const input = parsed(Input, raw);
  const account = call.world.accounts.get(call.caller?.account ?? '');
  if (!account) throw new AwsError('DataUnavailableException', 'The requested data is unavailable.');
  const now = call.world.now();
  const fits = fitsFilter(input.Filter);
  const results = periodsOf(input).map(({ start, end }) => {
    const days = Array.from({ length: Math.round((end - start) / DAY) }, (_, index) => start + index * DAY);
    const lines = days.flatMap((day) => billOfDay(account, day, now)).filter(fits);
    const grouped = input.GroupBy.length > 0;
    return {
      TimePeriod: { Start: dayText(start), End: dayText(end) },
      Total: grouped ? {} : metricsOf(lines, input),
      Groups: grouped ? groupsOf(lines, input) : [],
      Estimated: end > now,
    };
  });
  const definitions = input.GroupBy.length > 0 ? { GroupDefinitions: input.GroupBy } : {};
  return { ...definitions, ResultsByTime: results, DimensionValueAttributes: [] };
}

/** Cost Explorer: what the account's volumes and snapshots cost, from their lives and list prices. */
export const costExplorer: Service = jsonService({
  name: 'ce',
  target: 'AWSInsightsIndexService',
  version: '1.1',
  iam: 'ce',
  operations: { GetCostAndUsage: getCostAndUsage },
  throttled: () => new AwsError('LimitExceededException', 'Rate exceeded'),
  denied: (message) => new AwsError('AccessDeniedException', message),
});
