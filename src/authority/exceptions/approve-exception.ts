import type { DecisionRecord } from '../../domain/decision.ts';
import { approvalPart, termsDigest } from '../../domain/exception.ts';
import { Failure } from '../../domain/failure.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { endRequest } from './end-request.ts';
import { exceptedText, termsOf } from './exception-terms.ts';

/**
 * Puts an exception in force, in the transaction of the decision that completed its gate. @throws Failure `stop.forbidden`
 * when its row no longer says what people approved: then nothing is decided.
 */
export async function approveException(
  trx: Trx,
  context: AuthorityContext,
  subject: string,
  { gate, person, reason }: Pick<DecisionRecord, 'gate' | 'person' | 'reason'>,
): Promise<void> {
  const now = context.now();
  const [id = '', asked] = subject.split(' ');
  const row = await trx.selectFrom('exceptions').selectAll().where('id', '=', id).executeTakeFirst();
  const terms = row && termsOf(row);
  if (!row || !terms || termsDigest(terms) !== asked)
    throw new Failure('stop.forbidden', `exception ${id} is not what was asked: its row was changed in the database`);
  if (row.approved_at !== null || row.revoked_at !== null) return;
  const number = await nextNumber(trx, 'exception.in-force', row.run, id);
  const part = { exception: id, terms: asked, gate, at: now.toISOString(), number };
  const approval = { ...part, keyId: context.key.keyId, signature: context.key.sign(approvalPart(part)) };
  await trx
    .updateTable('exceptions')
    .set({ approved_at: now, approval: JSON.stringify(approval) })
    .where('id', '=', id)
    .execute();
  await append(trx, now, row.run, 'exception.in-force', { by: person, reason, until: terms.until, ...approval });
  const text = `Exception ${id} is in force until ${terms.until}: ${exceptedText(terms)}, ${terms.owner} answers for it. Approved by ${person.name}.`;
  await endRequest(trx, now, row.run, `Approved by ${person.name}; in force until ${terms.until}.`);
  await enqueue(trx, now, 'announce', id, { key: 'in-force', text });
}
