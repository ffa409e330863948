import type { LedgerEntry } from '../../domain/ledger.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';

/** A run's rows in order, as they are stored. */
export const readRows = (db: Database | Trx, run: string, afterSeq = 0) =>
  db.selectFrom('ledger').selectAll().where('run', '=', run).where('seq', '>', afterSeq).orderBy('seq').execute();

/** A run's entries in order, from after `afterSeq`. */
export async function readChain(db: Database | Trx, run: string, afterSeq = 0): Promise<LedgerEntry[]> {
  const rows = await readRows(db, run, afterSeq);
  return rows.map((row) => ({ ...row, v: 1 as const, body: JSON.parse(row.body) }));
}
