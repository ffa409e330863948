import type { Person } from '../../domain/person.ts';
import { isOver } from '../../domain/run.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { standingOf } from '../people/standing.ts';
import { incidentOf } from './incident.ts';
import { lockRun } from './lock-run.ts';

/** `responder`: who is on the incident from now on, by their name in the directory. */
export type Acknowledged =
  | { answer: 'acknowledged' | 'repeated'; responder: string }
  | { answer: 'unknown' | 'over' | 'no-incident' | 'not-known'; message: string };

/**
 * Somebody says that they are on it: they are the responder of the run's incident, which policy may ask about. Whoever
 * says so later takes over from them. Only a person of the directory, and only while an alert about the target fires.
 */
export async function acknowledge(context: AuthorityContext, id: string, person: Person): Promise<Acknowledged> {
  const known = await standingOf(context, person);
  const answer = await context.db.transaction().execute(async (trx): Promise<Acknowledged> => {
    const run = await lockRun(trx, id);
    if (!run) return { answer: 'unknown', message: `There is no run ${id}.` };
    if ('refused' in known) return { answer: 'not-known', message: known.refused };
    if (isOver(run.state)) return { answer: 'over', message: `Run ${id} is ${run.state}; there is nothing to be on.` };
    if (!(await incidentOf(trx, run)).open)
      return { answer: 'no-incident', message: `No alert about ${run.target} fires now, so no incident is open.` };
    const responder = known.standing.person;
    if (run.responder === responder) return { answer: 'repeated', responder };
    const now = context.now();
    await trx.updateTable('runs').set({ responder }).where('id', '=', id).execute();
    await append(trx, now, id, 'incident.acknowledged', { by: person, responder, before: run.responder });
    const gates = await trx
      .selectFrom('gates')
      .select('id')
      .where('run', '=', id)
      .where('state', 'in', ['open', 'frozen'])
      .execute();
    for (const gate of gates) await enqueue(trx, now, 'gate.card', gate.id);
    const before = run.responder ? `, instead of ${run.responder}` : '';
    const text = `${person.name} is on it${before}: ${run.title}, ${run.target}.`;
    await enqueue(trx, now, 'say', id, { key: `acknowledged-${now.toISOString()}-${responder}`, text });
    return { answer: 'acknowledged', responder };
  });
  context.poke();
  return answer;
}
