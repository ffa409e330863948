import { sql } from 'kysely';
import type { LedgerKind } from '../../domain/ledger.ts';
import { brokenNumber, type Numbered, numberedHash, SEQUENCE_ROOT, type SequenceHead } from '../../domain/sequence.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { lastCheckpoint } from './last-checkpoint.ts';

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

/** The sequence as it is written: its head, and its rows from number `from` on, as of one moment. */
export interface Written {
  readonly head: SequenceHead;
  readonly rows: readonly Numbered[];
}

/** Reads head and rows in one statement: between two, somebody may take a number, which is no gap. */
export async function readSequence(db: Database | Trx, from: number): Promise<Written> {
  const { rows } = await sql<{ head: SequenceHead | null; number: number | null } & Omit<Numbered, 'number'>>`
    select (select jsonb_build_object('number', number, 'hash', hash) from sequence_head where id = 1) as head, s.*
      from (select 1) one left join sequence s on s.number >= ${from} order by s.number`.execute(db);
  const numbered = rows.flatMap(({ number, kind, chain, subject, prev, hash }) =>
    number === null ? [] : [{ number, kind, chain, subject, prev, hash }],
  );
  return { head: rows[0]?.head ?? SEQUENCE_ROOT, rows: numbered };
}

/** What is wrong with what was read, in words. `from` is a place that is known: a row of it must be there, unchanged. */
export function writtenProblem({ head, rows }: Written, from: SequenceHead): string | undefined {
  const known = from.number === 0 ? undefined : rows[0];
  if (from.number > 0 && (known?.number !== from.number || known.hash !== from.hash))
    return `number ${from.number} of the sequence is not what this Belay wrote: the database was turned back or changed`;
  const after = rows.filter(({ number }) => number > from.number);
  const broken = brokenNumber(from, after);
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
  context: Pick<AuthorityContext, 'key' | 'seen'>,
): Promise<string | undefined> {
  const from = (await lastCheckpoint(trx, context.key))?.sequence ?? SEQUENCE_ROOT;
  const written = await readSequence(trx, from.number);
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
