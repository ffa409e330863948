import { sql } from 'kysely';
import { brokenNumber, type Numbered, SEQUENCE_ROOT, type SequenceHead } from '../../../domain/sequence.ts';
import type { Trx } from '../../../platform/database/connect.ts';

const BATCH = 5000;

/** What is wrong with the whole sequence, from its first number to its head, and numbers of chains that are not there. */
export async function sequenceProblems(trx: Trx): Promise<string[]> {
  const problems: string[] = [];
  let at: SequenceHead = SEQUENCE_ROOT;
  for (;;) {
    const rows: Numbered[] = await trx
      .selectFrom('sequence')
      .selectAll()
      .where('number', '>', at.number)
      .orderBy('number')
      .limit(BATCH)
      .execute();
    const last = rows.at(-1);
    if (!last) break;
    const broken = brokenNumber(at, rows);
    if (broken !== undefined) problems.push(broken);
    at = { number: last.number, hash: last.hash };
  }
  const head = (await trx.selectFrom('sequence_head').selectAll().executeTakeFirst()) ?? SEQUENCE_ROOT;
  if (head.number !== at.number || head.hash !== at.hash)
    problems.push(
      `the sequence ends at number ${at.number} and its head says ${head.number}: its end was removed, or the head changed`,
    );
  const { rows: strays } = await sql<{ number: number; chain: string }>`
    select number, chain from sequence where chain not in (select run from ledger_heads) order by number`.execute(trx);
  return [
    ...problems,
    ...strays.map(
      ({ number, chain }) => `number ${number} of the sequence is of ${chain}, of which nothing is recorded`,
    ),
  ];
}
