import { Kysely, PostgresDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Pool } from 'pg';
import { up as first } from './migrations/0001-first.ts';
import { up as gate } from './migrations/0002-gate.ts';
import { up as lists } from './migrations/0003-lists.ts';
import { up as findings } from './migrations/0004-findings.ts';
import { up as schedules } from './migrations/0005-schedules.ts';

/** In the order in which they are applied. */
const migrations = {
  '0001-first': { up: first },
  '0002-gate': { up: gate },
  '0003-lists': { up: lists },
  '0004-findings': { up: findings },
  '0005-schedules': { up: schedules },
};

/** The names of all migrations of this version. */
export const MIGRATIONS: readonly string[] = Object.keys(migrations);

/**
 * Brings schema `belay` of the database at `url` up to date. Several servers may do it at once: the migrator takes a lock.
 * Rejects with the failed migration's own error; everything before it stays applied.
 */
export async function migrate(url: string): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 1, options: '-c search_path=belay' });
  const db = new Kysely<never>({ dialect: new PostgresDialect({ pool }) });
  try {
    await sql`create schema if not exists belay`.execute(db);
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => migrations },
      migrationTableSchema: 'belay',
    });
    const { error } = await migrator.migrateToLatest();
    if (error) throw error;
  } finally {
    await db.destroy();
  }
}
