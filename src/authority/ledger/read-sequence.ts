import { sql } from 'kysely';
import { type Numbered, SEQUENCE_ROOT, type SequenceHead } from '../../domain/sequence.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';

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
