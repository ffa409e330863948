import type { LedgerKind } from '../../domain/ledger.ts';
import { brokenNumber, numberedHash, SEQUENCE_ROOT, type SequenceHead } from '../../domain/sequence.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { lastCheckpoint } from './last-checkpoint.ts';
import type { Written } from './read-sequence.ts';
import { readVerified } from './verified-sequence.ts';

/**
 * What opens or closes something takes its number here, in its own transaction, so that none can be taken out unseen.
 * All of them wait in line for one row. So that none waits in a circle, a transaction takes its locks in this order: the
 * halt lock, the row of the run (of several runs, by id), then this number, then what it appends to `SYSTEM_CHAIN`.
 */
export async function nextNumber(trx: Trx, kind: LedgerKind, chain: string, subject: string): Promise<number> {
  const head = await trx
    .insertInto('sequence_head')
    .values({ id: 1, ...SEQUENCE_ROOT })
    .onConflict((conflict) => conflict.column('id').doUpdateSet((eb) => ({ number: eb.ref('sequence_head.number') })))
    .returning(['number', 'hash'])
    .executeTakeFirstOrThrow();
  const row = { number: head.number + 1, kind, chain, subject, prev: head.hash };
  const hash = numberedHash(row);
  await trx
    .insertInto('sequence')
    .values({ ...row, hash })
    .execute();
  await trx.updateTable('sequence_head').set({ number: row.number, hash }).where('id', '=', 1).execute();
  return row.number;
}

/** What is wrong with what was read, in words. `from` is a place that is known: a row of it must be there, unchanged. */
function writtenProblem(
  { head, rows, broken: within }: Written & { broken: string | undefined },
  from: SequenceHead,
): string | undefined {
  const known = from.number === 0 ? undefined : rows[0];
  if (from.number > 0 && (known?.number !== from.number || known.hash !== from.hash))
    return `number ${from.number} of the sequence is not what this Belay wrote: the database was turned back or changed`;
  const after = rows.filter(({ number }) => number > from.number);
  const broken = brokenNumber(from, after.slice(0, 1)) ?? within;
  if (broken !== undefined) return broken;
  const last = after.at(-1) ?? from;
  return last.number === head.number && last.hash === head.hash
    ? undefined
    : `the sequence ends at number ${last.number} and its head says ${head.number}: its end was removed, or the head changed`;
}

/**
 * What is wrong with the sequence as far as a grant must know, in words; undefined when nothing is. Looks at what was
 * written since the last sealed checkpoint, and that what this process saw before is still there.
 */
export async function sequenceProblem(
  trx: Trx,
  context: Pick<AuthorityContext, 'key' | 'seen' | 'verified'>,
): Promise<string | undefined> {
  const from = (await lastCheckpoint(trx, context.key))?.sequence ?? SEQUENCE_ROOT;
  const written = await readVerified(trx, context.verified, from.number);
  const problem = writtenProblem(written, from);
  if (problem !== undefined) return problem;
  const seen = context.seen?.latest();
  if (seen && seen.number > 0) {
    const there =
      written.rows.find(({ number }) => number === seen.number) ??
      (await trx.selectFrom('sequence').select('hash').where('number', '=', seen.number).executeTakeFirst());
    if (there?.hash !== seen.hash)
      return `number ${seen.number} of the sequence, which this Belay saw, is gone: the database was turned back`;
  }
  context.seen?.see(written.head);
  return undefined;
}
