import { SYSTEM_CHAIN } from '../../domain/ledger.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { lastBody } from '../ledger/read.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { publicKeysIn } from './verify-signature.ts';

/** The key that the record says signed last; undefined for a record that begins now. */
async function lastAdopted(trx: Trx): Promise<string | undefined> {
  // Two servers that start at once stand in line here; only the first of a database's life finds no row to wait for.
  await trx.selectFrom('sequence_head').select('number').forUpdate().execute();
  const body = await lastBody(trx, SYSTEM_CHAIN, 'key.adopted');
  if (body === undefined) return undefined;
  const { keyId }: { keyId: string } = JSON.parse(body);
  return keyId;
}

/**
 * Puts on record, when a server starts, that another key signs from now on. What is believed is not changed by it: that
 * is the ring, which no database holds. `unknown`: the key before, when it is not in the ring, so that nothing it signed
 * counts any more.
 */
export async function adoptKey({
  db,
  key,
  now,
}: Pick<AuthorityContext, 'db' | 'key' | 'now'>): Promise<{ adopted: boolean; unknown?: string }> {
  return await db.transaction().execute(async (trx) => {
    const before = await lastAdopted(trx);
    const known = before === undefined || publicKeysIn(key.ringPem).has(before);
    if (before === key.keyId) return { adopted: false };
    if (before !== undefined) {
      const number = await nextNumber(trx, 'key.retired', SYSTEM_CHAIN, before);
      await append(trx, now(), SYSTEM_CHAIN, 'key.retired', { keyId: before, believed: known, number });
    }
    const number = await nextNumber(trx, 'key.adopted', SYSTEM_CHAIN, key.keyId);
    await append(trx, now(), SYSTEM_CHAIN, 'key.adopted', {
      keyId: key.keyId,
      publicKey: key.publicKeyPem,
      number,
    });
    return { adopted: true, ...(known ? {} : { unknown: before }) };
  });
}
