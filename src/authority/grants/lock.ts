import { type Selectable, sql } from 'kysely';
import { keysOverlap } from '../../domain/target.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { LocksTable } from '../../platform/database/schema.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { knownRun, openRun } from '../runs/known-run.ts';

/** A lock that nobody renewed for this long may be taken over: the run that holds it is long gone. */
const LOCK_LASTS_MS = 24 * 3600_000;

/** Overlap is a question over all keys, so takers stand in line for the whole table for these few statements. */
const oneAtATime = (trx: Trx) => sql`lock table locks in exclusive mode`.execute(trx);

/** A waiter that did not ask again for this long is gone, or looks at something else; it keeps nobody waiting. */
const WAITER_ASKS_WITHIN_MS = 5 * 60_000;

/** A lock is renewed when this much of its time is gone: a batch asks for thousands of grants under hundreds of locks. */
const RENEW_AFTER_MS = 10 * 60_000;

/** Keeps what a run holds for as long again: it is at work. */
export async function renewLocks(trx: Trx, now: Date, run: string): Promise<void> {
  await trx
    .updateTable('locks')
    .set({ until: untilOf(now) })
    .where('run', '=', run)
    .where('until', '<', new Date(untilOf(now).getTime() - RENEW_AFTER_MS))
    .execute();
}

const untilOf = (now: Date): Date => new Date(now.getTime() + LOCK_LASTS_MS);

/** Locks whose time is over and under which nothing runs or is in doubt: their run is long gone, and they are taken. */
async function takeOver(trx: Trx, now: Date, run: string, locks: readonly Lock[]): Promise<void> {
  for (const lock of locks) {
    await trx.deleteFrom('locks').where('key', '=', lock.key).where('run', '=', lock.run).execute();
    const text = `Took over the lock of ${lock.key}: run ${lock.run} held it since ${lock.since.toISOString()} and did nothing under it any more.`;
    await append(trx, now, run, 'run.note', { text });
  }
}

type Lock = Selectable<LocksTable>;

/** Whether nobody renewed a lock in time and nothing began under it that has no known end. */
async function abandoned(trx: Trx, now: Date, { run, until }: Lock): Promise<boolean> {
  if (until > now) return false;
  const open = await trx
    .selectFrom('intents')
    .select('action')
    .where('run', '=', run)
    .where('status', 'in', ['running', 'in-doubt'])
    .executeTakeFirst();
  return open === undefined;
}

/** Who stands in line before a run for one of these keys: the first that still asks. Who holds something goes first. */
async function before(trx: Trx, now: Date, run: string, keys: readonly string[]): Promise<string | undefined> {
  const waiters = await trx
    .selectFrom('lock_waiters')
    .innerJoin('runs', 'runs.id', 'lock_waiters.run')
    .select(['lock_waiters.run', 'lock_waiters.keys', 'lock_waiters.asked_at', 'runs.cancel'])
    .orderBy('lock_waiters.since')
    .orderBy('lock_waiters.run')
    .execute();
  const mine = waiters.findIndex((waiter) => waiter.run === run);
  const ahead = mine < 0 ? waiters : waiters.slice(0, mine);
  return ahead.find(
    (waiter) =>
      waiter.cancel === null &&
      now.getTime() - waiter.asked_at.getTime() < WAITER_ASKS_WITHIN_MS &&
      waiter.keys.some((wanted) => keys.some((key) => keysOverlap(key, wanted))),
  )?.run;
}

async function waitInLine(trx: Trx, now: Date, run: string, keys: readonly string[]): Promise<void> {
  const waiting = { keys: JSON.stringify(keys), since: now, asked_at: now };
  await trx
    .insertInto('lock_waiters')
    .values({ run, ...waiting })
    .onConflict((conflict) => conflict.column('run').doUpdateSet({ keys: waiting.keys, asked_at: now }))
    .execute();
}

/**
 * Takes the locks of these actions' targets: all or none. Not held: the run waits in line and is woken; who came first
 * goes first. A lock that nobody renewed in time is taken over, unless something under it has no known end.
 */
export async function takeLocks(context: AuthorityContext, request: RequestOf<'lock'>): Promise<ResponseOf<'lock'>> {
  const now = context.now();
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
    const locks = await trx.selectFrom('locks').selectAll().execute();
    const overlapping = locks.filter((lock) => lock.run !== run.id && keys.some((key) => keysOverlap(key, lock.key)));
    const over = await Promise.all(overlapping.map((lock) => abandoned(trx, now, lock)));
    const holder = overlapping.find((_, at) => !over[at])?.run;
    const holdsSome = locks.some((lock) => lock.run === run.id);
    const inTheWay = holder ?? (holdsSome ? undefined : await before(trx, now, run.id, keys));
    if (inTheWay !== undefined) {
      await waitInLine(trx, now, run.id, keys);
      return { held: false, by: inTheWay };
    }
    await takeOver(trx, now, run.id, overlapping);
    await trx.deleteFrom('lock_waiters').where('run', '=', run.id).execute();
    if (keys.length > 0)
      await trx
        .insertInto('locks')
        .values(keys.map((key) => ({ key, run: run.id, since: now, until: untilOf(now) })))
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ until: untilOf(now) }))
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
