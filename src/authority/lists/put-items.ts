import { Failure } from '../../domain/failure.ts';
import { MOST_ITEMS } from '../../domain/list-item.ts';
import { queueOf } from '../../domain/queue.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun } from '../runs/known-run.ts';

/** What one item's facts may take as JSON: five thousand of them are read at once. Bytes. */
const MOST_FACTS = 2 * 1024;

type Items = RequestOf<'putItems'>['items'];

function refuseUnfit(items: Items): void {
  for (const { key, facts } of items) {
    const bytes = Buffer.byteLength(JSON.stringify(facts));
    if (bytes > MOST_FACTS)
      throw new Failure(
        'stop.invalid-input',
        `items: the facts of ${key} take ${bytes} bytes; at most ${MOST_FACTS} fit`,
      );
  }
}

/** The list's row, made when the first of it comes; closed it takes nothing more. */
export async function openList(trx: Trx, run: string, name: string): Promise<boolean> {
  await trx
    .insertInto('lists')
    .values({
      run,
      name,
      digest: null,
      count: null,
      closed_at: null,
      went_on_at: null,
      grace_ends_at: null,
      remind_every_ms: null,
      asked_at: null,
      asks: null,
      reminded: 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { closed_at: closed } = await trx
    .selectFrom('lists')
    .select('closed_at')
    .where('run', '=', run)
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return closed === null;
}

/**
 * Takes what a tools worker found. The first chunk of a part replaces what that part brought before (a read that was tried
 * again). A thing that two parts found is one item. A list that is closed was read whole: what comes late is an attempt
 * that was given up, and changes nothing.
 */
export async function putItems(
  context: AuthorityContext,
  request: RequestOf<'putItems'>,
): Promise<ResponseOf<'putItems'>> {
  const { list, part, system, connection, items, first } = request;
  refuseUnfit(items);
  await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, request);
    if (!(await openList(trx, run.id, list))) return;
    const own = trx
      .deleteFrom('list_items')
      .where('run', '=', run.id)
      .where('list', '=', list)
      .where('part', '=', part);
    if (first) await own.execute();
    if (items.length === 0) return;
    const { there } = await trx
      .selectFrom('list_items')
      .select((eb) => eb.fn.countAll<string>().as('there'))
      .where('run', '=', run.id)
      .where('list', '=', list)
      .executeTakeFirstOrThrow();
    if (Number(there) + items.length > MOST_ITEMS)
      throw new Failure(
        'stop.invalid-input',
        `list ${list} would have more than ${MOST_ITEMS} items; narrow what is looked for (fewer accounts or regions, a greater age)`,
      );
    const queue = queueOf(system, connection);
    await trx
      .insertInto('list_items')
      .values(
        items.map((item) => ({
          run: run.id,
          list,
          key: item.key,
          part,
          queue,
          item: JSON.stringify({ ...item, connection }),
          position: null,
          action: null,
          problem: null,
          left_out: null,
          proof: null,
        })),
      )
      .onConflict((conflict) => conflict.columns(['run', 'list', 'key']).doNothing())
      .execute();
  });
  return {};
}
