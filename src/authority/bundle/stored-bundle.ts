import type { Digest } from '../../domain/digest.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { BundleContent, bundleHash } from './bundle-content.ts';

/** A bundle as it was put in force. */
export interface StoredBundle {
  /** Of its row: the highest is in force. */
  readonly number: number;
  readonly hash: Digest;
  readonly content: BundleContent;
  readonly commit: string | null;
  readonly activatedAt: string;
  /** What it changed, in words; known for what this process activated, and from the record otherwise. */
  readonly diff: readonly string[];
}

/** What the authority signs of an activation. The type tag keeps it from passing for anything else that is signed. */
export const activationOf = (hash: Digest, at: Date) => ({ type: 'belay/bundle', v: 1, hash, at: at.toISOString() });

/** Whether any bundle was ever put in force here. */
export const anyBundle = async ({ db }: Pick<AuthorityContext, 'db'>): Promise<boolean> =>
  (await db.selectFrom('bundles').select('number').limit(1).executeTakeFirst()) !== undefined;

/**
 * The bundle that was put in force last; undefined for a new database. A row that is not what its hash says, or that
 * the authority did not sign, is none: whoever writes to the database cannot make policy.
 */
export async function lastBundle({
  db,
  key,
}: {
  db: Database | Trx;
  key: AuthorityContext['key'];
}): Promise<StoredBundle | undefined> {
  const row = await db.selectFrom('bundles').selectAll().orderBy('number', 'desc').limit(1).executeTakeFirst();
  const content = BundleContent.safeParse(row?.content).data;
  if (!row || !content || bundleHash(content) !== row.hash) return undefined;
  const { keyId, signature } = row.signature;
  if (!key.verify(activationOf(row.hash, row.activated_at), keyId, signature)) return undefined;
  return {
    number: row.number,
    hash: row.hash,
    content,
    commit: row.commit,
    activatedAt: row.activated_at.toISOString(),
    diff: [],
  };
}
