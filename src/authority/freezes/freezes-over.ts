import type { Selectable } from 'kysely';
import { covers, type Scoped } from '../../domain/halt.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { FreezesTable } from '../../platform/database/schema.ts';
import type { Calendars } from './calendars.ts';

export type FreezeRow = Selectable<FreezesTable>;

/** What the record says against the rows: a freeze that was added and is gone, or ended without anybody's word. */
async function broken(db: Database | Trx, rows: readonly FreezeRow[]): Promise<string[]> {
  const numbers = await db
    .selectFrom('sequence')
    .select(['kind', 'subject'])
    .where('kind', 'in', ['freeze.added', 'freeze.lifted'])
    .execute();
  const has = (kind: string, id: string) => numbers.some((one) => one.kind === kind && one.subject === id);
  const gone = numbers.filter(({ subject }) => !rows.some(({ id }) => id === subject)).map(({ subject }) => subject);
  const ended = rows.filter(({ id, lifted_at: lifted }) => lifted !== null && !has('freeze.lifted', id));
  return [...new Set([...gone, ...ended.map(({ id }) => id)])].map(
    (id) => `the record of freeze ${id} was changed in the database`,
  );
}

/**
 * Reads the change freezes once, to be asked about many actions: the names of those in force over each, of people and of
 * calendars. What cannot be read, and what the record contradicts, counts as a freeze over everything, under that name.
 */
export async function freezesNow(
  db: Database | Trx,
  { calendars }: { calendars?: Calendars },
  now: Date,
): Promise<(scoped: Scoped) => string[]> {
  const rows = await db.selectFrom('freezes').selectAll().orderBy('starts_at').execute();
  const contradicted = await broken(db, rows);
  const named = calendars?.namesAt(now) ?? [];
  const inForce = rows.filter((row) => row.lifted_at === null && row.starts_at <= now && row.ends_at > now);
  return (scoped) => [
    ...contradicted,
    ...inForce.filter(({ scope }) => covers(scope, scoped)).map(({ id, reason }) => `${reason} (${id})`),
    ...named,
  ];
}
