import { Failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Database } from '../../platform/database/connect.ts';
import { claim, CLAIM_MS, type ClaimedRow, hide } from './claim.ts';

type Topic = ClaimedRow['topic'];

/** Does one row's work outside any transaction; at least once. Rejecting means: again later. */
export type OutboxHandler = (subject: string, payload: JsonObject) => Promise<void>;

/** Longest pause between attempts. Short, because a human may be waiting at the other end. */
const LONGEST_PAUSE_MS = 15_000;
/** Longest pause that the other side may ask for (`Retry-After`); a wrong number must not silence a row for a day. */
const LONGEST_ASKED_MS = 3_600_000;
/** How often the table is looked at when nobody pokes: rows of another server, rows whose pause is over. */
const IDLE_MS = 1000;
/** Rows at work at once. One that hangs holds its own place, not the others. */
const AT_ONCE = 20;

/** Starts the loop that empties the outbox. `poke()` makes it look now; `stop()` ends it after the rows at hand. */
export function startOutbox(options: {
  db: Database;
  handlers: Record<Topic, OutboxHandler>;
  now: () => Date;
  onError: (topic: Topic, subject: string, error: unknown) => void;
}): { poke(): void; stop(): Promise<void> } {
  const { db, handlers, now, onError } = options;
  const atWork = new Set<Promise<void>>();
  const kept = new Set<ClaimedRow>();
  const over = new AbortController();
  let poked = false;
  let wake = () => {};

  const poke = () => {
    poked = true;
    wake();
  };

  async function attempt(row: ClaimedRow): Promise<void> {
    kept.add(row);
    const work = handlers[row.topic](row.subject, row.payload).finally(() => kept.delete(row));
    const set = await work.then(
      () => ({ done_at: now(), last_error: null }),
      (error: unknown) => {
        onError(row.topic, row.subject, error);
        const backoff = Math.min(LONGEST_PAUSE_MS, 250 * 2 ** Math.min(row.attempts, 10));
        // Whoever says how long to wait is waited for: asking sooner only makes it longer.
        const asked = error instanceof Failure ? (error.retryAfterMs ?? 0) : 0;
        const pause = Math.max(backoff, Math.min(asked, LONGEST_ASKED_MS));
        const text = error instanceof Error ? error.message : String(error);
        return {
          attempts: row.attempts + 1,
          due_at: new Date(now().getTime() + pause),
          // What PostgreSQL cannot keep must not keep the row from being put back.
          last_error: text.replaceAll('\0', '').slice(0, 1000).toWellFormed(),
        };
      },
    );
    await db.updateTable('outbox').set(set).where('id', '=', row.id).execute();
  }

  /** Never rejects: a row whose end could not be written is there again when its claim is over. */
  function start(row: ClaimedRow): void {
    const ended = attempt(row)
      .catch((error: unknown) => onError(row.topic, row.subject, error))
      .finally(() => {
        atWork.delete(ended);
        poke();
      });
    atWork.add(ended);
  }

  async function lookForWork(): Promise<void> {
    const free = AT_ONCE - atWork.size;
    if (free === 0) return;
    const rows = await db.transaction().execute((trx) => claim(trx, now(), free));
    for (const row of rows) start(row);
  }

  async function loop(): Promise<void> {
    while (!over.signal.aborted) {
      poked = false;
      try {
        await lookForWork();
      } catch (error) {
        onError('run.wake', 'outbox', error);
        poked = false;
      }
      if (!poked && !over.signal.aborted)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, IDLE_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
    }
    await Promise.all(atWork);
  }

  // Work that takes long keeps its rows, so that nobody does them a second time beside it.
  const keeper = setInterval(() => {
    if (kept.size > 0) hide(db, now(), [...kept]).catch((error: unknown) => onError('run.wake', 'outbox', error));
  }, CLAIM_MS / 3);

  const running = loop();
  return {
    poke,
    stop: async () => {
      over.abort();
      wake();
      await running;
      clearInterval(keeper);
    },
  };
}
