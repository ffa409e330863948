import { Failure } from '../../domain/failure.ts';
import { type Money, times } from '../../domain/money.ts';
import type { AwsClient } from './client.ts';
import type { Input } from './operations.ts';

/** Cost Explorer is one service for all regions. */
const REGION = 'us-east-1';
const METRIC = 'UnblendedCost';

/** What Cost Explorer says was spent in one period, for one group or, without grouping, for all. */
export interface CostRow {
  readonly start: string;
  readonly end: string;
  readonly group: string | null;
  readonly money: Money;
  /** True while AWS may still change it. */
  readonly estimated: boolean;
}

/** Asks Cost Explorer; every page, or a failure. Each request costs 0.01 USD by AWS's prices. */
export async function costAndUsage(
  client: AwsClient,
  asked: Omit<Input<'ce.GetCostAndUsage'>, 'Metrics'>,
  signal: AbortSignal,
): Promise<CostRow[]> {
  const input = { ...asked, Metrics: [METRIC] };
  const token = { answer: 'NextPageToken', ask: 'NextPageToken' } as const;
  const pages = await client.pages(REGION, 'ce.GetCostAndUsage', input, token, signal);
  return pages.flatMap(({ ResultsByTime = [] }) =>
    ResultsByTime.flatMap(({ TimePeriod, Total, Groups = [], Estimated = false }) => {
      const { Start: start, End: end } = TimePeriod ?? {};
      if (start === undefined || end === undefined)
        throw new Failure('stop.unsupported', 'Cost Explorer gave an amount without its period');
      const row = (metrics: Amounts | undefined, group: string | null): CostRow[] => {
        const money = moneyOf(metrics?.[METRIC]);
        return money === undefined ? [] : [{ start, end, group, money, estimated: Estimated }];
      };
      return Groups.length === 0
        ? row(Total, null)
        : Groups.flatMap(({ Keys = [], Metrics }) => row(Metrics, Keys.join(', ')));
    }),
  );
}

type Amounts = Readonly<Record<string, { Amount?: string | undefined; Unit?: string | undefined }>>;

/** Undefined where it says nothing of this metric; a failure where it says half of it. */
function moneyOf(amount: Amounts[string] | undefined): Money | undefined {
  if (amount === undefined) return undefined;
  const { Amount, Unit } = amount;
  if (
    Amount === undefined ||
    Unit === undefined ||
    !/^-?\d+(\.\d+)?(E-?\d+)?$/i.test(Amount) ||
    !/^[A-Z]{3}$/.test(Unit)
  )
    throw new Failure('stop.unsupported', `Cost Explorer gave "${Amount} ${Unit}", which is no amount with a currency`);
  // To ten places, as amounts are kept.
  return times({ amount: Amount, currency: Unit }, 1);
}
