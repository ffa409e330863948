import type { ListItem } from '../../domain/list-item.ts';
import { type Money, sumsOf } from '../../domain/money.ts';
import type { ListSummary } from './list-protocol.ts';

/** What everybody may know of many items without seeing them: sums for each currency, and where they are. */
export function summaryOf(
  known: Pick<ListSummary, 'name' | 'count' | 'digest' | 'leftOut'>,
  items: readonly ListItem[],
): ListSummary {
  const places = new Map<string, ListSummary['places'][number]>();
  for (const { connection, action } of items) {
    if (!action) continue;
    const key = `${action.tool} ${connection}`;
    const place = places.get(key) ?? { tool: action.tool, connection, count: 0 };
    places.set(key, { ...place, count: place.count + 1 });
  }
  return {
    ...known,
    money: sumsOf(pricesOf(items)),
    sources: [...new Set(items.flatMap(({ money }) => money?.source ?? []))].toSorted().slice(0, 10),
    unpriced: items.filter(({ money }) => money === null).length,
    places: [...places.values()],
  };
}

/** The prices that are known. */
export const pricesOf = (items: readonly { money?: Money | null }[]): Money[] =>
  items.flatMap(({ money }) => money ?? []);
