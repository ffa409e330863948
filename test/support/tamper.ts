import { expect } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../src/platform/database/connect.ts';

/** What somebody does who may do anything to the database: triggers and foreign keys are out of the way. */
export async function tamper(db: Database, statement: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx);
    const { numAffectedRows } = await sql.raw(statement).execute(trx);
    expect(numAffectedRows).toBeGreaterThan(0n);
  });
}
