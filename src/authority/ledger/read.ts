import type { LedgerEntry } from '../../domain/ledger.ts';
import type { Database } from '../../platform/database/connect.ts';

/** A run's entries in order, from after `afterSeq`. */
export async function readChain(db: Database, run: string, afterSeq = 0): Promise<LedgerEntry[]> {
  const rows = await db
    .selectFrom('ledger')
    .selectAll()
    .where('run', '=', run)
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({ ...row, v: 1 as const, body: JSON.parse(row.body) }));
}
