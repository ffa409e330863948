import { queueOf, systemOf } from '../../domain/queue.ts';
import type { AuthorityContext } from '../context.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun } from '../runs/known-run.ts';
import { CHUNK } from '../../domain/list-item.ts';

/** A chunk of a list, for the worker that looks at what is in it. Whether it is closed does not matter: a run reads what it closed. */
export async function readItems({ db }: AuthorityContext, request: RequestOf<'items'>): Promise<ResponseOf<'items'>> {
  const run = await openRun(db, request);
  const { list, after, of } = request;
  const rows = await db
    .selectFrom('list_items')
    .select(['position', 'item'])
    .where('run', '=', run.id)
    .where('list', '=', list)
    .where('position', '>', after)
    .orderBy('position')
    // One's own are among all: the place a chunk ends at is found by reading on.
    .limit(of ? 5_000 : CHUNK)
    .execute();
  const items = rows.flatMap(({ position, item }) => (position === null ? [] : [{ ...item, position }]));
  if (!of) return { items };
  const queue = queueOf(of.system, of.connection);
  return {
    items: items
      .filter(({ action, connection }) => action && queueOf(systemOf(action.tool), connection) === queue)
      .slice(0, CHUNK),
  };
}
