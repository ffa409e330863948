import type { Database } from '../../platform/database/connect.ts';

/** How far a schedule has been looked at. */
export interface Mark {
  readonly lookedUntil: Date;
  readonly missed: { readonly at: Date; readonly why: string } | null;
}

/** The marks of these schedules; one that is new begins at `now`: what was due before anybody had it is nothing missed. */
export async function marksOf(db: Database, names: readonly string[], now: Date): Promise<Map<string, Mark>> {
  if (names.length === 0) return new Map();
  await db
    .insertInto('schedules')
    .values(names.map((name) => ({ name, looked_until: now, missed_at: null, missed_why: null })))
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  return await readMarks(db, names);
}

/** The marks that there are. */
export async function readMarks(db: Database, names: readonly string[]): Promise<Map<string, Mark>> {
  const rows = await db.selectFrom('schedules').selectAll().where('name', 'in', names).execute();
  return new Map(
    rows.map(({ name, looked_until: lookedUntil, missed_at: at, missed_why: why }) => [
      name,
      { lookedUntil, missed: at && why !== null ? { at, why } : null },
    ]),
  );
}

/** A schedule has been looked at until then. It never goes back, whoever was slow, unless `back` says that the clock did. */
export async function lookedAt(
  db: Database,
  name: string,
  { until, missed, back }: { until: Date; missed: Mark['missed']; back: boolean },
): Promise<void> {
  await db
    .updateTable('schedules')
    .set({ looked_until: until, ...(missed && { missed_at: missed.at, missed_why: missed.why }) })
    .where('name', '=', name)
    .$if(!back, (query) => query.where('looked_until', '<', until))
    .execute();
}
