import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { compareAmounts, Money, moneyText, sumsOf, sumsText } from '../../domain/money.ts';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import { oneLine } from '../one-line.ts';
import type { AwsClient } from './client.ts';
import { costAndUsage } from './cost-and-usage.ts';

const MAX = 50;
const Day = z.iso.date().describe('Day, for example 2026-10-01');

const Row = z.object({ group: z.string(), money: z.array(Money) });

/** `aws.cost`: what an account was billed, by Cost Explorer. */
export const cost = defineTool({
  name: 'aws.cost',
  title: 'Cost of an account',
  description:
    'What Cost Explorer says the account spent from start up to, not including, end (unblended), by service, usage type, ' +
    'region or one tag; the dearest groups first. Amounts are exact; amounts of two currencies are never added. ' +
    'A period that is not over yet is marked as estimated.',
  risk: 'read',
  input: z.strictObject({
    start: Day,
    end: Day,
    by: z.enum(['SERVICE', 'USAGE_TYPE', 'REGION']).default('SERVICE'),
    tag: z.string().min(1).max(128).optional().describe('Group by this tag instead'),
    service: z.string().min(1).max(200).optional().describe('Only this service, for example EC2 - Other'),
  }),
  facts: z.object({
    total: z.array(Money),
    groups: z.array(Row).max(MAX),
    count: z.number().int(),
    estimated: z.boolean(),
    complete: z.boolean(),
  }),
  timeout: '1m',
  async read({ start, end, by, tag, service }, { client, signal }: ToolContext<AwsClient>) {
    if (start >= end) throw new Failure('stop.invalid-input', 'end is not after start');
    const GroupBy = [tag === undefined ? { Type: 'DIMENSION' as const, Key: by } : { Type: 'TAG' as const, Key: tag }];
    const Filter = service === undefined ? undefined : { Dimensions: { Key: 'SERVICE' as const, Values: [service] } };
    const asked = {
      TimePeriod: { Start: start, End: end },
      Granularity: 'MONTHLY' as const,
      GroupBy,
      ...(Filter && { Filter }),
    };
    const rows = await costAndUsage(client, asked, signal);
    const groups = [...Map.groupBy(rows, ({ group }) => oneLine(group ?? 'all', 200))]
      .map(([group, all]) => ({ group, money: sumsOf(all.map(({ money }) => money)) }))
      .toSorted(dearestFirst);
    const total = sumsOf(rows.map(({ money }) => money));
    const shown = fit(groups, MAX);
    return {
      facts: {
        total,
        groups: shown,
        count: groups.length,
        estimated: rows.some(({ estimated }) => estimated),
        complete: shown.length === groups.length,
      },
      content:
        groups.map(({ group, money }) => `${group}  ${money.map(moneyText).join(' and ')}`).join('\n') ||
        'Cost Explorer has nothing for this period',
      summary: `${rows.length === 0 ? 'nothing known' : sumsText(total)} from ${start} to ${end} by Cost Explorer`,
    };
  },
});

/** By amount within one currency; groups of two currencies by name of the currency first. */
function dearestFirst(a: z.infer<typeof Row>, b: z.infer<typeof Row>): number {
  const [first, second] = [a.money[0], b.money[0]];
  if (first === undefined || second === undefined) return Number(first === undefined) - Number(second === undefined);
  if (first.currency !== second.currency) return first.currency < second.currency ? -1 : 1;
  return compareAmounts(second, first) || (a.group < b.group ? -1 : 1);
}
