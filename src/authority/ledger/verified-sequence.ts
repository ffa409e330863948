import { createHash, type Hash } from 'node:crypto';
import { sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import { brokenNumber, type Numbered } from '../../domain/sequence.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { readSequence, type Written } from './read-sequence.ts';

/** A stretch of the sequence that this process read and found whole. */
interface Stretch {
  readonly rows: readonly Numbered[];
  /** Over all of them; goes on from here with what is added. */
  readonly print: Hash;
}

/** What was read, and the first fault in it. */
export type Verified = Written & { readonly broken: string | undefined };

/** What this process knows of the sequence. A batch of thousands is so read once, and not once for each of its items. */
export interface VerifiedSequence {
  /** By the number they begin with; each grows with what is written. */
  readonly stretches: LRUCache<number, Stretch>;
  /** What a transaction has read already: whoever asks within it once more is answered the same. */
  readonly read: WeakMap<Trx, Verified>;
}

/** The most stretches that are remembered: one for each gate that is being carried out, and that since the checkpoint. */
const MOST = 32;

export const verifiedSequence = (): VerifiedSequence => ({
  stretches: new LRUCache({ max: MOST }),
  read: new WeakMap(),
});

const textOf = ({ number, kind, chain, subject, prev, hash }: Numbered): string =>
  `${[number, kind, chain, subject, prev, hash].join('|')},`;

function printed(before: Hash | undefined, rows: readonly Numbered[]): Hash {
  const print = before?.copy() ?? createHash('sha256');
  for (const row of rows) print.update(textOf(row));
  return print;
}

/** The same in the database, of what stands there now: as quick as a scan, where reading and hashing each row takes seconds. */
async function printThere(trx: Trx, from: number, to: number): Promise<string | undefined> {
  const { rows } = await sql<{ print: string | null }>`
    select encode(sha256(convert_to(string_agg(concat_ws('|', number, kind, chain, subject, prev, hash) || ',', ''
           order by number), 'UTF8')), 'hex') as print
      from sequence where number between ${from} and ${to}`.execute(trx);
  return rows[0]?.print ?? undefined;
}

const holds = (rows: readonly Numbered[], number: number): boolean =>
  (rows[0]?.number ?? Infinity) <= number && number <= (rows.at(-1)?.number ?? 0);

/** The shortest stretch that holds this number, where the database shows it unchanged; one that was changed is forgotten. */
async function unchangedStretch(trx: Trx, { stretches }: VerifiedSequence, number: number) {
  const [key, stretch] =
    [...stretches.entries()].filter(([, { rows }]) => holds(rows, number)).toSorted(([a], [b]) => b - a)[0] ?? [];
  const last = stretch?.rows.at(-1);
  if (key === undefined || last === undefined) return undefined;
  if ((await printThere(trx, key, last.number)) === stretch?.print.copy().digest('hex')) return stretch;
  stretches.delete(key);
  return undefined;
}

/**
 * The sequence from a number on, as `readSequence` gives it, and the first fault in it. What this process verified before,
 * and the database shows by a hash of it to be unchanged, is not read again.
 */
export async function readVerified(trx: Trx, known: VerifiedSequence, from: number): Promise<Verified> {
  const first = Math.max(from, 1);
  const earlier = known.read.get(trx);
  const verified = earlier && holds(earlier.rows, first) ? earlier : await read(trx, known, first);
  return { ...verified, rows: verified.rows.filter(({ number }) => number >= first) };
}

async function read(trx: Trx, known: VerifiedSequence, first: number): Promise<Verified> {
  const stretch = await unchangedStretch(trx, known, first);
  const last = stretch?.rows.at(-1);
  const { head, rows } = await readSequence(trx, last === undefined ? first : last.number + 1);
  const start = last ?? (rows[0] && { number: rows[0].number - 1, hash: rows[0].prev });
  const broken = start && brokenNumber(start, rows);
  const all = rows.length === 0 ? (stretch?.rows ?? []) : [...(stretch?.rows ?? []), ...rows];
  const begins = all[0]?.number;
  if (broken === undefined && begins !== undefined && rows.length > 0)
    known.stretches.set(begins, { rows: all, print: printed(stretch?.print, rows) });
  const verified = { head, rows: all, broken };
  known.read.set(trx, verified);
  return verified;
}
