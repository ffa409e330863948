import { z } from 'zod';
import { ListItem } from '../../domain/list-item.ts';
import { Money, sumsOf } from '../../domain/money.ts';
import type { Selectable } from 'kysely';
import type { ListsTable } from '../../platform/database/list-tables.ts';
import type { AuthorityContext } from '../context.ts';
import { keepsOver, keptText } from './keeps-over.ts';
import { pricesOf } from './list-summary.ts';
import { ownersOf } from './owners-of.ts';

/** A list of a run as every view shows it. */
export const ListView = z.object({
  run: z.string(),
  runbook: z.string(),
  name: z.string(),
  count: z.number().int(),
  money: z.array(Money),
  leftOut: z.number().int(),
  /** What owners were told will happen, and until when they may keep something; null where nobody was asked. */
  asks: z.object({ what: z.string(), until: z.iso.datetime(), kept: z.number().int(), open: z.boolean() }).nullable(),
});
export type ListView = z.infer<typeof ListView>;

/** An item of a list as every view shows it. */
export const ListItemView = ListItem.omit({ action: true }).extend({
  position: z.number().int(),
  /** People of the directory who are asked about it. */
  owners: z.array(z.string()),
  /** Who keeps it until when and why, or why it was left out; null while nothing keeps it. */
  kept: z.string().nullable(),
});
export type ListItemView = z.infer<typeof ListItemView>;

type ListRow = Selectable<ListsTable>;

async function itemViews(context: AuthorityContext, row: ListRow, runbook: string): Promise<ListItemView[]> {
  const rows = await context.db
    .selectFrom('list_items')
    .select(['position', 'item', 'left_out'])
    .where('run', '=', row.run)
    .where('list', '=', row.name)
    .where('position', 'is not', null)
    .orderBy('position')
    .execute();
  const kept = await keepsOver(
    context.db,
    context,
    runbook,
    rows.map(({ item }) => item.key),
  );
  const { directory } = context.bundle();
  return rows.map(({ position, item: found, left_out: leftOut }) => {
    const { action: _, ...item } = found;
    const record = kept.get(item.key);
    return {
      ...item,
      position: position ?? 0,
      owners: ownersOf(directory, item),
      kept: leftOut ?? (row.went_on_at === null && record ? keptText(record) : null),
    };
  });
}

/** A list with its items: all of them, or those that `owner` is asked about (null: those nobody is named for). */
export async function listView(
  context: AuthorityContext,
  run: string,
  name: string,
  owner?: string | null,
): Promise<{ list: ListView; items: ListItemView[] } | undefined> {
  const row = await context.db
    .selectFrom('lists')
    .innerJoin('runs', 'runs.id', 'lists.run')
    .selectAll('lists')
    .select('runs.runbook')
    .where('lists.run', '=', run)
    .where('lists.name', '=', name)
    .executeTakeFirst();
  if (!row || row.count === null) return undefined;
  const items = await itemViews(context, row, row.runbook);
  const open = row.went_on_at === null && row.grace_ends_at !== null && row.grace_ends_at > context.now();
  const asks =
    row.grace_ends_at && row.asks !== null
      ? {
          what: row.asks,
          until: row.grace_ends_at.toISOString(),
          kept: items.filter(({ kept }) => kept !== null).length,
          open,
        }
      : null;
  const { count, left_out: leftOut, runbook } = row;
  const list = { run, runbook, name, count, money: sumsOf(pricesOf(items)), leftOut, asks };
  const theirs = (item: ListItemView) =>
    owner === null ? item.owners.length === 0 : item.owners.includes(owner ?? '');
  return { list, items: owner === undefined ? items : items.filter(theirs) };
}

/** The names of a run's lists that are closed, in the order they were. */
export async function listNames({ db }: Pick<AuthorityContext, 'db'>, run: string): Promise<string[]> {
  const rows = await db
    .selectFrom('lists')
    .select('name')
    .where('run', '=', run)
    .where('closed_at', 'is not', null)
    .orderBy('closed_at')
    .execute();
  return rows.map(({ name }) => name);
}
