import { sql } from 'kysely';
import type { JsonObject } from '../../domain/json.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { OutboxTable } from '../../platform/database/schema.ts';

/** While a row is being worked on it is hidden this long; a server that dies leaves it to the next one. */
export const CLAIM_MS = 30_000;

export interface ClaimedRow {
  readonly id: string;
  readonly topic: OutboxTable['topic'];
  readonly subject: string;
  readonly payload: JsonObject;
  readonly attempts: number;
}

/**
 * Takes up to `limit` rows that are due, oldest first, and hides them for `CLAIM_MS`. Of one topic and subject only the
 * first unfinished row: those behind it wait, so that what is told of one thing is told in order.
 */
export async function claim(trx: Trx, now: Date, limit: number): Promise<ClaimedRow[]> {
  const rows = await trx
    .selectFrom('outbox as o')
    .select(['o.id', 'o.topic', 'o.subject', 'o.payload', 'o.attempts'])
    .where('o.done_at', 'is', null)
    .where('o.due_at', '<=', now)
    .where(
      (eb) =>
        sql<boolean>`not exists ${eb
          .selectFrom('outbox as e')
          .select(sql`1`.as('one'))
          .whereRef('e.topic', '=', 'o.topic')
          .whereRef('e.subject', '=', 'o.subject')
          .whereRef('e.id', '<', 'o.id')
          .where('e.done_at', 'is', null)}`,
    )
    .orderBy('o.id')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
  if (rows.length > 0) await hide(trx, now, rows);
  return rows;
}

/** Keeps these rows hidden for another `CLAIM_MS`. */
export async function hide(
  trx: Pick<Trx, 'updateTable'>,
  now: Date,
  rows: readonly Pick<ClaimedRow, 'id'>[],
): Promise<void> {
  const ids = rows.map((row) => row.id);
  await trx
    .updateTable('outbox')
    .set({ due_at: new Date(now.getTime() + CLAIM_MS) })
    .where('id', 'in', ids)
    .execute();
}
