import { Failure } from '../../domain/failure.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { decisionsOn } from '../gates/decisions-on.ts';
import type { GateRow } from '../gates/gate-row.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun } from '../runs/known-run.ts';

/** A batch gate of this run, and its only option. */
export async function batchGate(trx: Trx, run: string, id: string) {
  const gate = await trx
    .selectFrom('gates')
    .selectAll()
    .where('run', '=', run)
    .where('id', '=', id)
    .where('kind', '=', 'batch')
    .executeTakeFirst();
  const batch = gate?.options[0]?.batch;
  if (!gate || !batch) throw new Failure('stop.invalid-input', `gate: ${id} is no batch gate of run ${run}`);
  return { gate, batch };
}

/** The items that people took out with their approvals. */
export const takenOutOf = async (trx: Trx, { id }: Pick<GateRow, 'id'>): Promise<Set<string>> =>
  new Set((await decisionsOn(trx, id)).flatMap(({ without = [] }) => without));

/**
 * The next items of a batch to be carried out, in their order: those under its root that nobody took out. Whether each may
 * begin is for its grant to say. With `undo` those that are in effect, last first.
 */
export async function nextWave(context: AuthorityContext, request: RequestOf<'wave'>): Promise<ResponseOf<'wave'>> {
  const { after, size, undo } = request;
  return await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, request);
    const { gate, batch } = await batchGate(trx, run.id, request.gate);
    const out = await takenOutOf(trx, gate);
    const rows = await trx
      .selectFrom('list_items')
      .leftJoin('intents as done', (join) =>
        join
          .onRef('done.action', '=', 'list_items.action')
          .on('done.phase', '=', 'execute')
          .on('done.status', '=', 'done'),
      )
      .leftJoin('intents as back', (join) =>
        join
          .onRef('back.action', '=', 'list_items.action')
          .on('back.phase', '=', 'undo')
          .on('back.status', '=', 'done'),
      )
      .select([
        'list_items.action',
        'list_items.position',
        'list_items.item',
        'done.action as did',
        'back.action as undid',
      ])
      .where('list_items.run', '=', run.id)
      .where('list_items.list', '=', batch.list)
      .where('list_items.proof', 'is not', null)
      .orderBy('list_items.position', undo ? 'desc' : 'asc')
      .execute();
    const passed = (position: number) => after > 0 && (undo ? position >= after : position <= after);
    const wanted = rows.flatMap(({ action, position, item, did, undid }) => {
      if (action === null || position === null || passed(position)) return [];
      const fits = undo ? did !== null && undid === null : !out.has(action);
      return fits ? [{ action, connection: item.connection, position }] : [];
    });
    const wave = wanted.slice(0, size);
    return {
      items: wave.map(({ action, connection }) => ({ action, connection })),
      last: wave.at(-1)?.position ?? 0,
    };
  });
}
