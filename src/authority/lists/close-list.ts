import { sql } from 'kysely';
import type { ListItem } from '../../domain/list-item.ts';
import { merkleRoot } from '../../domain/merkle.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun } from '../runs/known-run.ts';
import type { ListSummary } from './list-protocol.ts';
import { summaryOf } from './list-summary.ts';
import { openList } from './put-items.ts';

/** The items of a closed list, in their order. */
export async function itemsOf(
  db: Database | Trx,
  run: string,
  list: string,
  keys?: readonly string[],
): Promise<ListItem[]> {
  const rows = await db
    .selectFrom('list_items')
    .select('item')
    .where('run', '=', run)
    .where('list', '=', list)
    .$if(keys !== undefined, (query) => query.where('key', 'in', keys ?? []))
    .orderBy('position')
    .execute();
  return rows.map(({ item }) => item);
}

/** What is known of a list that is closed; undefined while it is open. */
export async function closedList(trx: Trx, run: string, name: string): Promise<ListSummary | undefined> {
  const row = await trx
    .selectFrom('lists')
    .selectAll()
    .where('run', '=', run)
    .where('name', '=', name)
    .executeTakeFirst();
  if (!row?.digest || row.count === null) return undefined;
  const { digest, count, left_out: leftOut } = row;
  return summaryOf({ name, digest, count, leftOut }, await itemsOf(trx, run, name));
}

/** Fixes the order of a list's items (by key, as bytes) and its digest over them. */
export async function fixList(trx: Trx, now: Date, run: string, name: string, leftOut = 0): Promise<ListSummary> {
  await sql`
    update list_items i set position = o.place from (
      select key, row_number() over (order by key collate "C") as place from list_items where run = ${run} and list = ${name}
    ) o where i.run = ${run} and i.list = ${name} and i.key = o.key`.execute(trx);
  const items = await itemsOf(trx, run, name);
  const digest = merkleRoot(items);
  await trx
    .updateTable('lists')
    .set({ digest, count: items.length, left_out: leftOut, closed_at: now })
    .where('run', '=', run)
    .where('name', '=', name)
    .execute();
  return summaryOf({ name, digest, count: items.length, leftOut }, items);
}

/** Closes a list: from now on it is what it is. One entry says how many, what they cost, and the digest over all of them. */
export async function closeList(
  context: AuthorityContext,
  request: RequestOf<'closeList'>,
): Promise<ResponseOf<'closeList'>> {
  const { list } = request;
  const now = context.now();
  return await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, request);
    await openList(trx, run.id, list);
    const before = await closedList(trx, run.id, list);
    if (before) return before;
    const summary = await fixList(trx, now, run.id, list);
    const { count, digest, money, unpriced } = summary;
    await append(trx, now, run.id, 'list.closed', { list, count, digest, money, unpriced });
    return summary;
  });
}
