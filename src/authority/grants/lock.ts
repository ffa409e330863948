import { sql } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import { keysOverlap } from '../../domain/target.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { knownRun, openRun } from '../runs/known-run.ts';

/** A lock that nobody renewed for this long may be taken over: the run that holds it is long gone. */
const LOCK_LASTS_MS = 24 * 3600_000;

/** Overlap is a question over all keys, so takers stand in line for the whole table for these few statements. */
const oneAtATime = (trx: Trx) => sql`lock table locks in exclusive mode`.execute(trx);

/** Takes the locks of these actions' targets: all or none. Not held: the run waits in line and is woken. */
export async function takeLocks(context: AuthorityContext, request: RequestOf<'lock'>): Promise<ResponseOf<'lock'>> {
  return await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, request);
    await oneAtATime(trx);
    const actions =
      request.actions.length === 0
        ? []
        : await trx
            .selectFrom('actions')
            .select('target_key')
            .where('run', '=', run.id)
            .where('id', 'in', request.actions)
            .execute();
    const keys = [...new Set(actions.map((action) => action.target_key))].toSorted();
    const taken = await trx.selectFrom('locks').selectAll().execute();
    const inTheWay = taken.find((lock) => lock.run !== run.id && keys.some((key) => keysOverlap(key, lock.key)));
    if (inTheWay) {
      const waiting = { keys: JSON.stringify(keys), since: context.now() };
      await trx
        .insertInto('lock_waiters')
        .values({ run: run.id, ...waiting })
        .onConflict((conflict) => conflict.column('run').doUpdateSet({ keys: waiting.keys }))
        .execute();
      return { held: false, by: inTheWay.run };
    }
    await trx.deleteFrom('lock_waiters').where('run', '=', run.id).execute();
    if (keys.length > 0)
      await trx
        .insertInto('locks')
        .values(
          keys.map((key) => ({
            key,
            run: run.id,
            since: context.now(),
            until: new Date(context.now().getTime() + LOCK_LASTS_MS),
          })),
        )
        .onConflict((conflict) => conflict.column('key').doNothing())
        .execute();
    return { held: true, by: null };
  });
}

/** Frees what a run holds, except targets of actions in doubt, and wakes those who wait. */
export async function freeLocks(trx: Trx, now: Date, run: string): Promise<void> {
  await oneAtATime(trx);
  const doubtful = await trx
    .selectFrom('intents')
    .innerJoin('actions', 'actions.id', 'intents.action')
    .select('actions.target_key')
    .where('intents.run', '=', run)
    .where('intents.status', 'in', ['in-doubt', 'running'])
    .execute();
  const kept = doubtful.map((row) => row.target_key);
  await trx
    .deleteFrom('locks')
    .where('run', '=', run)
    .$if(kept.length > 0, (query) => query.where('key', 'not in', kept))
    .execute();
  await trx.deleteFrom('lock_waiters').where('run', '=', run).execute();
  const waiters = await trx.selectFrom('lock_waiters').select('run').orderBy('since').execute();
  for (const waiter of waiters) await enqueue(trx, now, 'run.wake', waiter.run);
}

/** A run gives back its locks. */
export async function releaseLocks(
  context: AuthorityContext,
  request: RequestOf<'unlock'>,
): Promise<ResponseOf<'unlock'>> {
  await context.db.transaction().execute(async (trx) => {
    const run = await knownRun(trx, request);
    await freeLocks(trx, context.now(), run.id);
  });
  context.poke();
  return {};
}

/** The action and what its execution left behind, for the worker that carries it out. */
export async function readAction(
  context: AuthorityContext,
  request: RequestOf<'action'>,
): Promise<ResponseOf<'action'>> {
  const row = await context.db.selectFrom('actions').selectAll().where('id', '=', request.action).executeTakeFirst();
  if (!row) throw new Failure('stop.not-found', `${request.action} was never previewed; there is nothing to carry out`);
  const executed = await context.db
    .selectFrom('intents')
    .select('outcome')
    .where('action', '=', request.action)
    .where('phase', '=', 'execute')
    .executeTakeFirst();
  return {
    action: { ...row.preview, id: row.id, digest: row.digest },
    postState: executed?.outcome?.postState ?? null,
  };
}
