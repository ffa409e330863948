import { sql } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { OutboxTable } from '../../platform/database/schema.ts';

type Topic = OutboxTable['topic'];

/** Does one row's work outside any transaction; at least once. Rejecting means: again later. */
export type OutboxHandler = (subject: string, payload: JsonObject) => Promise<void>;

/** Longest pause between attempts. Short, because a human may be waiting at the other end. */
const LONGEST_PAUSE_MS = 15_000;
/** How often the table is looked at when nobody pokes: rows of another server, rows whose pause is over. */
const IDLE_MS = 1000;
/** While a row is being worked on it is hidden this long; a server that dies leaves it to the next one. */
const CLAIM_MS = 30_000;

/** The rows one drain takes, oldest first; rows of one subject and topic keep their order because a failed one blocks later ones. */
async function claim(
  trx: Trx,
  now: Date,
): Promise<{ id: string; topic: Topic; subject: string; payload: JsonObject; attempts: number }[]> {
  const rows = await trx
    .selectFrom('outbox as o')
    .select(['o.id', 'o.topic', 'o.subject', 'o.payload', 'o.attempts'])
    .where('o.done_at', 'is', null)
    .where('o.due_at', '<=', now)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('outbox as e')
            .select(sql`1`.as('one'))
            .whereRef('e.topic', '=', 'o.topic')
            .whereRef('e.subject', '=', 'o.subject')
            .whereRef('e.id', '<', 'o.id')
            .where('e.done_at', 'is', null),
        ),
      ),
    )
    .orderBy('o.id')
    .limit(20)
    .forUpdate()
    .skipLocked()
    .execute();
  if (rows.length > 0)
    await trx
      .updateTable('outbox')
      .set({ due_at: new Date(now.getTime() + CLAIM_MS) })
      .where(
        'id',
        'in',
        rows.map((row) => row.id),
      )
      .execute();
  return rows;
}

/** Starts the loop that empties the outbox. `poke()` makes it look now; `stop()` ends it after the row at hand. */
export function startOutbox(options: {
  db: Database;
  handlers: Record<Topic, OutboxHandler>;
  now: () => Date;
  onError: (topic: Topic, subject: string, error: unknown) => void;
}): { poke(): void; stop(): Promise<void> } {
  const { db, handlers, now } = options;
  let stopped = false;
  let wake = () => {};

  async function work(row: Awaited<ReturnType<typeof claim>>[number]): Promise<void> {
    try {
      await handlers[row.topic](row.subject, row.payload);
      await db.updateTable('outbox').set({ done_at: now(), last_error: null }).where('id', '=', row.id).execute();
    } catch (error) {
      options.onError(row.topic, row.subject, error);
      // Whoever was asked may have said when to come back; sooner would only be refused again.
      const told = error instanceof Failure ? (error.retryAfterMs ?? 0) : 0;
      const pause = Math.max(told, Math.min(LONGEST_PAUSE_MS, 250 * 2 ** Math.min(row.attempts, 10)));
      const set = {
        attempts: row.attempts + 1,
        due_at: new Date(now().getTime() + pause),
        last_error: String((error as Error)?.message ?? error).slice(0, 1000),
      };
      await db.updateTable('outbox').set(set).where('id', '=', row.id).execute();
    }
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      let pokedMeanwhile = false;
      const pause = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, IDLE_MS);
        wake = () => {
          pokedMeanwhile = true;
          clearTimeout(timer);
          resolve();
        };
      });
      try {
        const rows = await db.transaction().execute((trx) => claim(trx, now()));
        await Promise.all(rows.map(work));
        if (rows.length > 0) wake();
      } catch (error) {
        options.onError('run.wake', 'outbox', error);
        pokedMeanwhile = false;
      }
      if (!pokedMeanwhile && !stopped) await pause;
      else wake();
    }
  }

  const running = loop();
  return {
    poke: () => wake(),
    stop: async () => {
      stopped = true;
      wake();
      await running;
    },
  };
}
