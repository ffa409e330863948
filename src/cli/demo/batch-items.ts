import { z } from 'zod';
import type { Batch } from '../../domain/batch.ts';
import { Money, moneyText } from '../../domain/money.ts';
import { CliError } from '../../platform/problem.ts';
import type { ApiClient } from '../client.ts';
import { firstOption } from '../decide.ts';
import { table } from '../text/table.ts';
import type { GateView } from '../views.ts';

const Item = z.looseObject({
  action: z.string(),
  title: z.string(),
  owner: z.string().nullable(),
  money: Money.nullable(),
});
export type Item = z.infer<typeof Item>;
const Items = z.looseObject({ items: z.array(Item) });

/** What an approval over many asks. @throws CliError when it is about single actions */
export function batchIn(gate: GateView): Batch {
  const batch = firstOption(gate)?.batch;
  if (!batch) throw new CliError(`${gate.id} asks for single actions, not for many at once.`);
  return batch;
}

/** The items of an approval over many, in the order of the list. */
export const itemsOf = async (client: ApiClient, gate: GateView): Promise<Item[]> =>
  (await client.get(`/api/gates/${gate.id}/items?limit=500`, Items)).items;

const priceOf = ({ money }: Item): string => (money ? moneyText(money) : 'no price');

/** One of them, in a line. */
export const itemText = (item: Item): string =>
  [item.title, ...(item.money ? [moneyText(item.money)] : []), item.owner ?? 'nobody'].join(', ');

/** All of them. */
export const itemTable = (items: readonly Item[]): string =>
  table(
    ['A MONTH', 'WHAT', 'OWNER'],
    items.map((item) => [priceOf(item), item.title, item.owner ?? 'nobody']),
  );
