import { scopeText } from '../../domain/halt.ts';
import { SYSTEM_CHAIN } from '../../domain/ledger.ts';
import type { Person } from '../../domain/person.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { standingOf } from '../people/standing.ts';

export type LiftAnswer =
  | { answer: 'lifted' }
  | { answer: 'refused'; why: 'unknown' | 'over' | 'not-an-approver'; message: string };

const refused = (why: Extract<LiftAnswer, { answer: 'refused' }>['why'], message: string): LiftAnswer => ({
  answer: 'refused',
  why,
  message,
});

/**
 * Ends a freeze before its time. That loosens, so it takes somebody whom policy lets resume after a halt: one of them,
 * by name, on record and announced. A calendar's freeze is ended where the calendar is kept.
 */
export async function liftFreeze(context: AuthorityContext, id: string, person: Person): Promise<LiftAnswer> {
  const known = await standingOf(context, person);
  if ('refused' in known) return refused('not-an-approver', known.refused);
  const groups = context
    .bundle()
    .policy.own('resume')
    .needs.map(({ group }) => group);
  if (!known.standing.memberships.some(({ group }) => groups.includes(group)))
    return refused(
      'not-an-approver',
      `${known.standing.person} is not in ${groups.join(', ')} now; this changed nothing.`,
    );
  const now = context.now();
  const answer = await context.db.transaction().execute(async (trx): Promise<LiftAnswer> => {
    const row = await trx.selectFrom('freezes').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    if (!row) return refused('unknown', `There is no freeze ${id}; a calendar's is ended in the calendar.`);
    if (row.lifted_at !== null || row.ends_at <= now) return refused('over', `Freeze ${id} is over already.`);
    await trx.updateTable('freezes').set({ lifted_at: now }).where('id', '=', id).execute();
    const number = await nextNumber(trx, 'freeze.lifted', SYSTEM_CHAIN, id);
    await append(trx, now, SYSTEM_CHAIN, 'freeze.lifted', { id, number, by: person, standing: known.standing });
    const text = `${person.name} ended the change freeze over ${scopeText(row.scope)} before its time: ${row.reason} (${id})`;
    await enqueue(trx, now, 'announce', id, { key: 'lifted', text });
    return { answer: 'lifted' };
  });
  context.poke();
  return answer;
}
