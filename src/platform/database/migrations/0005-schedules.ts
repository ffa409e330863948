import { type Kysely, sql } from 'kysely';

/** How far each schedule has been looked at, so that what was missed is known after a restart. */
export async function up(db: Kysely<never>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`create table schedules (
    name text primary key, looked_until timestamptz not null, missed_at timestamptz, missed_why text)`);
  await run(
    `create index runs_by_schedule on runs ((trigger->>'name'), created_at desc) where trigger->>'kind' = 'schedule'`,
  );
}
