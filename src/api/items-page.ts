import { z } from 'zod';
import type { Doors } from '../authority/doors.ts';
import type { BatchItem } from '../authority/batches/batch-items.ts';
import type { ListItemView, ListView } from '../authority/lists/list-view.ts';
import { type Money, moneyText } from '../domain/money.ts';
import type { Gate } from '../domain/gate.ts';
import type { Person } from '../domain/person.ts';

/** How a page of many items is asked for: those behind a place in the list, and only those that have these words. */
export const ItemsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  q: z.string().max(200).default(''),
});

/** Whose items of a list are meant: all; one owner's (`owner=ada`; `owner=`: nobody's); or those of who asks (`mine=true`). */
export const WhoseQuery = z.strictObject({ owner: z.string().max(300).optional(), mine: z.stringbool().optional() });
export type Whose = z.infer<typeof WhoseQuery>;

const priceText = (money: Money | null): string => (money === null ? 'no price' : moneyText(money));

/** Everything that can be looked for in an item: what a row of the table shows, its ids, and what became of it. */
const batchItemText = (item: BatchItem): string =>
  [
    item.action,
    item.key,
    item.title,
    item.sentence,
    item.connection,
    item.owner ?? 'nobody',
    priceText(item.money),
    item.undo,
    item.fate,
    item.why,
  ].join('\n');
const listItemText = (item: ListItemView): string =>
  [
    item.key,
    item.title,
    item.connection,
    item.owner ?? 'nobody',
    ...item.owners,
    priceText(item.money),
    item.kept,
  ].join('\n');

/** Whether a text has every one of the words looked for, however they are cased. */
function having<T>(items: readonly T[], q: string, textOf: (item: T) => string): T[] {
  const words = q
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return [...items];
  return items.filter((item) => {
    const text = textOf(item).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/**
 * The items of a batch gate that have these words, and how many those are; undefined where it is no batch gate. Without
 * words only the first `upTo` are read.
 */
export async function foundInBatch(
  doors: Pick<Doors, 'batchItems'>,
  gate: Gate,
  q: string,
  upTo?: { after: number; size: number },
): Promise<{ items: BatchItem[]; total: number } | undefined> {
  const batch = gate.options[0]?.batch;
  if (!batch) return undefined;
  const all = await doors.batchItems(gate.id, q.trim() === '' ? upTo : undefined);
  if (!all) return undefined;
  const items = having(all, q, batchItemText);
  return { items, total: q.trim() === '' ? batch.count : items.length };
}

/** A list of a run and those of its items that have these words; undefined where there is no such list. */
export async function foundInList(
  doors: Pick<Doors, 'list' | 'nameOf'>,
  { run, name }: { run: string; name: string },
  person: Person,
  whose: Whose,
  q: string,
): Promise<{ list: ListView; items: ListItemView[] } | undefined> {
  const own = whose.mine === true ? doors.nameOf(person) : undefined;
  const owner = whose.mine === true ? own : whose.owner === '' ? null : whose.owner;
  const found = await doors.list(run, name, owner);
  if (!found) return undefined;
  // Whoever the directory does not know owns nothing.
  const theirs = whose.mine === true && own === undefined ? [] : found.items;
  return { list: found.list, items: having(theirs, q, listItemText) };
}
