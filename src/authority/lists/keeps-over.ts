import { type KeepRecord, signedKeep } from '../../domain/keep.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';

/**
 * What people keep of these things now, by key: the word that lasts longest. A row without the authority's signature keeps
 * nothing; of a runbook because what is kept from one may be another's to take.
 */
export async function keepsOver(
  db: Database | Trx,
  { key: signing, now }: Pick<AuthorityContext, 'key' | 'now'>,
  runbook: string,
  keys: readonly string[],
): Promise<Map<string, KeepRecord>> {
  if (keys.length === 0) return new Map();
  const rows = await db
    .selectFrom('keeps')
    .select('record')
    .where('runbook', '=', runbook)
    .where('key', 'in', keys)
    .where('until', '>', now())
    .orderBy('until')
    .execute();
  const holds = ({ record }: { record: KeepRecord }) =>
    new Date(record.until) > now() && signing.verify(signedKeep(record), record.keyId, record.signature);
  return new Map(rows.filter(holds).map(({ record }) => [record.key, record]));
}

/** Who keeps it, until when and why, in words. */
export const keptText = ({ person, until, reason }: KeepRecord): string =>
  `kept by ${person.name} until ${until.slice(0, 10)}: ${reason}`;
