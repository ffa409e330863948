import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { type PasskeyRecord, readPasskey } from './passkey-record.ts';

/** A passkey that may be used now. */
export interface UsablePasskey {
  readonly record: PasskeyRecord;
  /** The highest its authenticator has said so far. */
  readonly counter: number;
}

/**
 * The passkeys that count: signed by the authority, added and not revoked by the numbered sequence, which a grant checks
 * for gaps. So a row that a database admin writes, moves to another person or brings back to life is no passkey.
 */
export async function usablePasskeys(
  db: Database | Trx,
  { key }: Pick<AuthorityContext, 'key'>,
  of: { person?: string; id?: string } = {},
): Promise<UsablePasskey[]> {
  let query = db.selectFrom('passkeys').selectAll().where('revoked_at', 'is', null).orderBy('added_at');
  if (of.person !== undefined) query = query.where('person', '=', of.person);
  if (of.id !== undefined) query = query.where('id', '=', of.id);
  const rows = await query.execute();
  if (rows.length === 0) return [];
  const numbers = await db
    .selectFrom('sequence')
    .select(['number', 'kind', 'subject'])
    .where(
      'subject',
      'in',
      rows.map(({ id }) => id),
    )
    .where('kind', 'in', ['passkey.added', 'passkey.revoked'])
    .execute();
  return rows.flatMap((row) => {
    const record = readPasskey(row.record, key);
    if (record?.id !== row.id || record.person !== row.person) return [];
    const own = numbers.filter(({ subject }) => subject === row.id);
    const added = own.some(({ kind, number }) => kind === 'passkey.added' && number === record.number);
    const revoked = own.some(({ kind }) => kind === 'passkey.revoked');
    return added && !revoked ? [{ record, counter: Math.max(record.counter, row.counter) }] : [];
  });
}
