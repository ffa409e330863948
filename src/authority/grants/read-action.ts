import { Failure } from '../../domain/failure.ts';
import type { AuthorityContext } from '../context.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';

/** The action and what its execution left behind, for the worker that carries it out. */
export async function readAction(
  { db }: AuthorityContext,
  { action }: RequestOf<'action'>,
): Promise<ResponseOf<'action'>> {
  const row = await db.selectFrom('actions').selectAll().where('id', '=', action).executeTakeFirst();
  if (!row) throw new Failure('stop.not-found', `${action} was never previewed; there is nothing to carry out`);
  const executed = await db
    .selectFrom('intents')
    .select('outcome')
    .where('action', '=', action)
    .where('phase', '=', 'execute')
    .executeTakeFirst();
  return {
    action: { ...row.preview, id: row.id, digest: row.digest },
    postState: executed?.outcome?.postState ?? null,
  };
}
