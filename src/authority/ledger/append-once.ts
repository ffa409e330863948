import { canonicalJson } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { LedgerKind } from '../../domain/ledger.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { append } from './append.ts';

/**
 * Appends what may be asked for again after an answer was lost: an entry of the same kind and body in the run's chain is
 * that one. False when it was there. The run's row must be locked, or two could both find nothing.
 */
export async function appendOnce(
  trx: Trx,
  now: Date,
  run: string,
  kind: LedgerKind,
  body: JsonObject,
): Promise<boolean> {
  const there = await trx
    .selectFrom('ledger')
    .select('seq')
    .where('run', '=', run)
    .where('kind', '=', kind)
    .where('body', '=', canonicalJson(body))
    .executeTakeFirst();
  if (there) return false;
  await append(trx, now, run, kind, body);
  return true;
}
