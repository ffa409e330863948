import type { Halt } from '../../domain/halt.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { HaltRow } from './halt-standing.ts';

/** Halts as every view shows them, with the gate that lifts each: the newest, should one have been denied. */
export async function haltViews(db: Database | Trx, rows: readonly HaltRow[]): Promise<Halt[]> {
  const ids = rows.map(({ id }) => id);
  const gates =
    ids.length === 0
      ? []
      : await db
          .selectFrom('gates')
          .select(['id', 'subject'])
          .where('kind', '=', 'resume')
          .where('subject', 'in', ids)
          .orderBy('ordinal', 'desc')
          .execute();
  return rows.map(({ id, scope, undo, reason, by, at, lifted_at }) => ({
    id,
    scope,
    undo,
    reason,
    by,
    at: at.toISOString(),
    gate: gates.find(({ subject }) => subject === id)?.id ?? null,
    liftedAt: lifted_at?.toISOString() ?? null,
  }));
}
