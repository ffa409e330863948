import type { ListItem } from '../../domain/list-item.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { checksOf } from '../exceptions/checks-of.ts';
import { exceptionsOver, exceptionText } from '../exceptions/exceptions-over.ts';
import { append } from '../ledger/append.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun, type RunRow } from '../runs/known-run.ts';
import { closedList, fixList } from './close-list.ts';
import { keepsOver, keptText } from './keeps-over.ts';
import { openList } from './put-items.ts';
import { setLeftOut } from './set-items.ts';

/** Why each of these things is left alone, by key: an exception covers it, or an owner keeps it. */
async function sparedOf(
  trx: Trx,
  context: AuthorityContext,
  run: RunRow,
  items: readonly ListItem[],
): Promise<Map<string, string>> {
  const kept = await keepsOver(
    trx,
    context,
    run.runbook,
    items.map(({ key }) => key),
  );
  const excepted = await exceptionsOver(
    trx,
    context,
    items.map(({ key, facts }) => ({ resource: key, runbook: run.runbook, checks: checksOf(facts) })),
  );
  return new Map([
    ...[...excepted].map(([key, rows]) => [key, exceptionText(rows)] as const),
    ...[...kept].map(([key, record]) => [key, keptText(record)] as const),
  ]);
}

/** Copies a list's items into another one of the run's, all but those that are left out. */
export async function copyList(
  trx: Trx,
  run: string,
  from: string,
  as: string,
  keys: readonly string[],
): Promise<void> {
  await openList(trx, run, as);
  if (keys.length === 0) return;
  await trx
    .insertInto('list_items')
    .columns(['run', 'list', 'key', 'part', 'queue', 'item'])
    .expression((eb) =>
      eb
        .selectFrom('list_items')
        .select(['run', (e) => e.val(as).as('list'), 'key', 'part', 'queue', 'item'])
        .where('run', '=', run)
        .where('list', '=', from)
        .where('key', 'in', keys),
    )
    .execute();
}

/** Another list of what is left when what owners keep and exceptions cover is taken out. Every item that is left out is on record, with why. */
export async function reduceList(
  context: AuthorityContext,
  request: RequestOf<'reduceList'>,
): Promise<ResponseOf<'reduceList'>> {
  const { list, as } = request;
  const now = context.now();
  return await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, request);
    const before = await closedList(trx, run.id, as);
    if (before) return before;
    const rows = await trx
      .selectFrom('list_items')
      .select(['key', 'item'])
      .where('run', '=', run.id)
      .where('list', '=', list)
      .orderBy('position')
      .execute();
    const spared = await sparedOf(
      trx,
      context,
      run,
      rows.map(({ item }) => item),
    );
    await setLeftOut(trx, { run: run.id, list }, spared);
    await trx
      .updateTable('lists')
      .set({ went_on_at: now })
      .where('run', '=', run.id)
      .where('name', '=', list)
      .execute();
    const left = rows.map(({ key }) => key).filter((key) => !spared.has(key));
    await copyList(trx, run.id, list, as, left);
    const summary = await fixList(trx, now, run.id, as, spared.size);
    const { count, digest, money, unpriced } = summary;
    const why = [...spared].map(([key, text]) => ({ key, why: text }));
    await append(trx, now, run.id, 'list.reduced', { list, as, count, digest, money, unpriced, why });
    return summary;
  });
}
