import { covers, type Scoped } from '../../domain/halt.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';

/** Names of the change freezes in force over an action. A source that cannot be read counts as a freeze over everything. */
export async function freezesOver(db: Database | Trx, now: Date, scoped: Scoped): Promise<string[]> {
  const rows = await db
    .selectFrom('freezes')
    .selectAll()
    .where('lifted_at', 'is', null)
    .where('starts_at', '<=', now)
    .where('ends_at', '>', now)
    .orderBy('starts_at')
    .execute();
  return rows.filter(({ scope }) => covers(scope, scoped)).map(({ id, reason }) => `${reason} (${id})`);
}
