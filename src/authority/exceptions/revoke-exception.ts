import type { Person } from '../../domain/person.ts';
import { redact } from '../../platform/secrets/redact.ts';
import type { AuthorityContext } from '../context.ts';
import { closeGate } from '../gates/close-gate.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { lockRun } from '../runs/lock-run.ts';
import { endRequest } from './end-request.ts';
import { exceptedText, termsOf } from './exception-terms.ts';

export type RevokeAnswer = { answer: 'revoked' } | { answer: 'refused'; why: 'unknown' | 'over'; message: string };

/**
 * Ends an exception before its time, or takes its request back. What it covered is found again, which only ever tightens,
 * so anyone who is signed in may, by name and with a reason.
 */
export async function revokeException(
  context: AuthorityContext,
  id: string,
  person: Person,
  given: string,
): Promise<RevokeAnswer> {
  const { text: reason } = await redact(given.trim());
  const now = context.now();
  const answer = await context.db.transaction().execute(async (trx): Promise<RevokeAnswer> => {
    const found = await trx.selectFrom('exceptions').select('run').where('id', '=', id).executeTakeFirst();
    if (!found) return { answer: 'refused', why: 'unknown', message: `There is no exception ${id}.` };
    await lockRun(trx, found.run);
    const row = await trx.selectFrom('exceptions').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const gate = await trx
      .selectFrom('gates')
      .select(['id', 'state'])
      .where('run', '=', row.run)
      .where('kind', '=', 'exception')
      .executeTakeFirst();
    const ended = row.revoked_at !== null || row.until <= now || (row.approved_at === null && gate?.state !== 'open');
    if (ended) return { answer: 'refused', why: 'over', message: `Exception ${id} is over already.` };
    const said = reason === '' ? '' : `: ${reason}`;
    if (gate?.state === 'open') {
      await closeGate(trx, now, gate.id, 'void', `${person.name} took it back${said}`);
      await endRequest(trx, now, row.run, `Taken back by ${person.name}${said}`);
    }
    const number = await nextNumber(trx, 'exception.revoked', row.run, id);
    await trx
      .updateTable('exceptions')
      .set({ revoked_at: now, revocation: JSON.stringify({ by: person, reason }) })
      .where('id', '=', id)
      .execute();
    await append(trx, now, row.run, 'exception.revoked', { exception: id, number, by: person, reason });
    const text = `${person.name} revoked exception ${id} (${exceptedText(termsOf(row))})${said}. It is found again from now on.`;
    await enqueue(trx, now, 'announce', id, { key: 'revoked', text });
    return { answer: 'revoked' };
  });
  context.poke();
  return answer;
}
