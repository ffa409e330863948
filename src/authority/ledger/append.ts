import { canonicalJson } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import { chainRoot, entryHash, type LedgerKind } from '../../domain/ledger.ts';
import type { Trx } from '../../platform/database/connect.ts';

/** Appends one entry to a run's chain, inside the transaction that does what the entry says. No ledger, no action. */
export async function append(trx: Trx, now: Date, run: string, kind: LedgerKind, body: JsonObject): Promise<void> {
  // The head's row lock puts concurrent writers of one run in line; insert-or-touch makes the first entry safe too.
  const head = await trx
    .insertInto('ledger_heads')
    .values({ run, seq: 0, hash: chainRoot(run) })
    .onConflict((conflict) => conflict.column('run').doUpdateSet((eb) => ({ seq: eb.ref('ledger_heads.seq') })))
    .returning(['seq', 'hash'])
    .executeTakeFirstOrThrow();
  const entry = { v: 1 as const, run, seq: head.seq + 1, kind, at: now.toISOString(), body, prev: head.hash };
  const hash = entryHash(entry);
  await trx
    .insertInto('ledger')
    .values({ run, seq: entry.seq, kind, at: entry.at, body: canonicalJson(body), prev: entry.prev, hash })
    .execute();
  await trx.updateTable('ledger_heads').set({ seq: entry.seq, hash }).where('run', '=', run).execute();
}
