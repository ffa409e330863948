import { type Digest, digestOf } from './digest.ts';
import { chainRoot, type LedgerKind } from './ledger.ts';

/** A place in the sequence of everything that opens or closes something, over all chains. */
export interface Numbered {
  readonly number: number;
  readonly kind: LedgerKind;
  /** The chain whose entry it numbers. */
  readonly chain: string;
  /** What was opened or closed: a gate, a halt, an action. */
  readonly subject: string;
  readonly prev: Digest;
  readonly hash: Digest;
}

/** How far the sequence goes: its last number and that one's hash. */
export interface SequenceHead {
  readonly number: number;
  readonly hash: Digest;
}

/** Before the first number. */
export const SEQUENCE_ROOT: SequenceHead = { number: 0, hash: chainRoot('sequence') };

/** A number's hash, over everything in it but the hash itself. */
export function numberedHash({ number, kind, chain, subject, prev }: Omit<Numbered, 'hash'>): Digest {
  return digestOf({ v: 1, number, kind, chain, subject, prev });
}

/** The first thing wrong with numbers that should follow `from` without a gap, naming it; undefined when they do. */
export function brokenNumber(from: SequenceHead, rows: readonly Numbered[]): string | undefined {
  let { number, hash } = from;
  for (const row of rows) {
    if (row.number !== number + 1)
      return `number ${number + 1} of the sequence is missing: it was removed from the database`;
    if (row.prev !== hash) return `number ${row.number} of the sequence does not follow the one before it`;
    if (numberedHash(row) !== row.hash)
      return `number ${row.number} of the sequence (${row.kind} of ${row.subject}) was changed after it was written`;
    ({ number, hash } = row);
  }
  return undefined;
}
