import type { LedgerEntry, LedgerKind } from '../../domain/ledger.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';

/** A run's rows in order, as they are stored. */
export const readRows = (db: Database | Trx, run: string, afterSeq = 0) =>
  db.selectFrom('ledger').selectAll().where('run', '=', run).where('seq', '>', afterSeq).orderBy('seq').execute();

/** A run's entries in order, from after `afterSeq`. */
export async function readChain(db: Database | Trx, run: string, afterSeq = 0): Promise<LedgerEntry[]> {
  const rows = await readRows(db, run, afterSeq);
  return rows.map((row) => ({ ...row, v: 1 as const, body: JSON.parse(row.body) }));
}

/** A run's entries of one kind, in order. */
export async function readKind(db: Database | Trx, run: string, kind: LedgerKind): Promise<LedgerEntry[]> {
  const rows = await db
    .selectFrom('ledger')
    .selectAll()
    .where('run', '=', run)
    .where('kind', '=', kind)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({ ...row, v: 1 as const, body: JSON.parse(row.body) }));
}

/** The body of a chain's last entry of a kind, as it is stored; undefined where there is none. */
export async function lastBody(db: Database | Trx, run: string, kind: LedgerKind): Promise<string | undefined> {
  const row = await db
    .selectFrom('ledger')
    .select('body')
    .where('run', '=', run)
    .where('kind', '=', kind)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.body;
}
