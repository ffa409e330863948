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
 * Names of the change freezes in force over an action: of people, and of calendars. What cannot be read, and what the
 * record contradicts, counts as a freeze over everything, under that name.
 */
export async function freezesOver(
  db: Database | Trx,
  { calendars }: { calendars?: Calendars },
  now: Date,
  scoped: Scoped,
): Promise<string[]> {
  const rows = await db.selectFrom('freezes').selectAll().orderBy('starts_at').execute();
  const own = rows.filter(
    (row) => row.lifted_at === null && row.starts_at <= now && row.ends_at > now && covers(row.scope, scoped),
  );
  return [
    ...(await broken(db, rows)),
    ...own.map(({ id, reason }) => `${reason} (${id})`),
    ...(calendars?.namesAt(now) ?? []),
  ];
}
