import { sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import { brokenNumber, type Numbered } from '../../domain/sequence.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { readSequence, type Written } from './read-sequence.ts';

/** A stretch of the sequence that this process read and found whole, and the database's own fingerprint of it. */
interface Stretch {
  readonly rows: readonly Numbered[];
  readonly fingerprint: string;
}

/** Stretches by the number they begin with. Each grows with what is written; a batch of thousands is read once. */
export type VerifiedSequence = LRUCache<number, Stretch>;

/** The most stretches that are remembered: one for each gate that is being carried out, and that since the checkpoint. */
const MOST = 32;

export const verifiedSequence = (): VerifiedSequence => new LRUCache({ max: MOST });

/** Taken in the database: as quick as a scan, where reading and hashing each row again would take seconds. */
async function fingerprintOf(trx: Trx, from: number, to: number): Promise<string> {
  const { rows } = await sql<{ fingerprint: string | null }>`
    select md5(string_agg(concat_ws('|', number, kind, chain, subject, prev, hash), ',' order by number)) as fingerprint
      from sequence where number between ${from} and ${to}`.execute(trx);
  return rows[0]?.fingerprint ?? '';
}

/**
 * The sequence from a number on, as `readSequence` gives it, and the first fault in it. What this process verified before,
 * and the database shows by its fingerprint to be unchanged, is not read and hashed again.
 */
export async function readVerified(
  trx: Trx,
  known: VerifiedSequence,
  from: number,
): Promise<Written & { broken: string | undefined }> {
  const stretch = known.get(from);
  const last = stretch?.rows.at(-1);
  const unchanged = last !== undefined && (await fingerprintOf(trx, from, last.number)) === stretch?.fingerprint;
  const before = unchanged && stretch ? stretch.rows : [];
  const { head, rows } = await readSequence(trx, unchanged ? last.number + 1 : from);
  const start = unchanged ? last : rows[0] && { number: rows[0].number - 1, hash: rows[0].prev };
  const broken = start && brokenNumber(start, rows);
  const all = rows.length === 0 ? before : [...before, ...rows];
  const end = rows.at(-1);
  if (end && broken === undefined)
    known.set(from, { rows: all, fingerprint: await fingerprintOf(trx, from, end.number) });
  return { head, rows: all, broken };
}
