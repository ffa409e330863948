import { Client, DatabaseError } from 'pg';
import { MIGRATIONS } from './migrate.ts';

/** How a database stands to this version of Belay: migrations it lacks, and ones this version does not know. */
export interface SchemaState {
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
}

const UNDEFINED_TABLE = '42P01';
const NO_PRIVILEGE = '42501';

/** Reads it, changing nothing. A database that was never migrated lacks everything. Rejects while it cannot be reached. */
export async function schemaState(url: string): Promise<SchemaState> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3000 });
  await client.connect();
  try {
    const there = await appliedIn(client);
    return {
      missing: MIGRATIONS.filter((name) => !there.includes(name)),
      unknown: there.filter((name) => !MIGRATIONS.includes(name)),
    };
  } finally {
    await client.end();
  }
}

async function appliedIn(client: Client): Promise<string[]> {
  try {
    const { rows } = await client.query<{ name: string }>('select name from belay.kysely_migration order by name');
    return rows.map(({ name }) => name);
  } catch (error) {
    const code = error instanceof DatabaseError ? error.code : undefined;
    // A role that was given nothing yet cannot tell an empty schema from a closed one; both want `belay migrate`.
    if (code === UNDEFINED_TABLE || code === NO_PRIVILEGE) return [];
    throw error;
  }
}
