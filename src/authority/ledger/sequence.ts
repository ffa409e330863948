import { chainRoot, type LedgerKind } from '../../domain/ledger.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Trx } from '../../platform/database/connect.ts';

/** What opens or closes something takes its number here, in its own transaction, so that none can be taken out unseen. */
export async function nextNumber(trx: Trx, kind: LedgerKind, chain: string, subject: string): Promise<number> {
  const head = await trx
    .insertInto('sequence_head')
    .values({ id: 1, number: 0, hash: chainRoot('sequence') })
    .onConflict((conflict) => conflict.column('id').doUpdateSet((eb) => ({ number: eb.ref('sequence_head.number') })))
    .returning(['number', 'hash'])
    .executeTakeFirstOrThrow();
  const number = head.number + 1;
  const hash = digestOf({ v: 1, number, kind, chain, subject, prev: head.hash });
  await trx.insertInto('sequence').values({ number, kind, chain, subject, prev: head.hash, hash }).execute();
  await trx.updateTable('sequence_head').set({ number, hash }).where('id', '=', 1).execute();
  return number;
}

/** What is wrong with the sequence as far as a grant must know, in words; undefined when it has no gap. */
export async function sequenceProblem(trx: Trx): Promise<string | undefined> {
  const { count, last } = await trx
    .selectFrom('sequence')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.max('number').as('last')])
    .executeTakeFirstOrThrow();
  const head = await trx.selectFrom('sequence_head').select('number').executeTakeFirst();
  return count === (last ?? 0) && (last ?? 0) === (head?.number ?? 0)
    ? undefined
    : 'the sequence of decisions, denials, halts and revocations has a gap: something was removed from the database';
}
