import type { DecisionRecord } from '../../domain/decision.ts';
import { liftPart } from '../../domain/halt.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { gatesUnder } from './gates-under.ts';
import { haltText } from './halt-text.ts';

/**
 * Ends a halt, in the transaction of the decision that completed its gate. Runs that met it are woken and ask again;
 * their own rows are theirs to change, since a transaction that holds a number must wait for no other run.
 */
export async function liftHalt(
  trx: Trx,
  context: AuthorityContext,
  id: string,
  { gate, person, reason }: Pick<DecisionRecord, 'gate' | 'person' | 'reason'>,
): Promise<void> {
  const halt = await trx.selectFrom('halts').selectAll().where('id', '=', id).executeTakeFirst();
  if (!halt || halt.lifted_at !== null) return;
  const now = context.now();
  const number = await nextNumber(trx, 'halt.lifted', halt.run, id);
  const part = { halt: id, gate, at: now.toISOString(), number };
  const lift = { ...part, keyId: context.key.keyId, signature: context.key.sign(liftPart(part)) };
  await trx
    .updateTable('halts')
    .set({ lifted_at: now, lift: JSON.stringify(lift) })
    .where('id', '=', id)
    .execute();
  await append(trx, now, halt.run, 'halt.lifted', { by: person, reason, ...lift });
  const summary = `Resumed by ${person.name}${reason ? `: ${reason}` : ''}.`;
  await trx
    .updateTable('runs')
    .set({ state: 'finished', summary, finished_at: now })
    .where('id', '=', halt.run)
    .execute();
  await append(trx, now, halt.run, 'run.finished', { state: 'finished', outcome: null, summary });
  const halted = await trx.selectFrom('runs').select('id').where('state', '=', 'halted').orderBy('id').execute();
  for (const run of halted) await enqueue(trx, now, 'run.wake', run.id);
  for (const covered of await gatesUnder(trx, halt.scope)) await enqueue(trx, now, 'gate.card', covered);
  const text = `Resumed by ${person.name}${reason ? ` (${reason})` : ''}: ${haltText(halt)} is over.`;
  await enqueue(trx, now, 'announce', id, { key: 'lifted', text });
}
