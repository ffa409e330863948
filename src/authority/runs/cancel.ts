import { Failure } from '../../domain/failure.ts';
import type { Person } from '../../domain/person.ts';
import { isOver } from '../../domain/run.ts';
import { redact } from '../../platform/secrets/redact.ts';
import type { AuthorityContext } from '../context.ts';
import { HALT_RUNBOOK } from '../halts/halt-run.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { voidGatesOf } from '../gates/close-gate.ts';
import { lockRun } from './lock-run.ts';
import { isStandIn } from './stand-in.ts';

/**
 * Asks a run to stop. From this row on nothing new is granted to it; the run itself then undoes and ends.
 * @throws Failure `stop.forbidden` for a run that stands for a halt or an exception.
 */
export async function cancelRun(
  context: AuthorityContext,
  id: string,
  person: Person,
  given: string,
): Promise<'cancelling' | 'over' | 'unknown'> {
  const now = context.now();
  const { text: reason } = await redact(given);
  const answer = await context.db.transaction().execute(async (trx) => {
    const run = await lockRun(trx, id);
    if (!run) return 'unknown' as const;
    if (isOver(run.state)) return 'over' as const;
    if (run.runbook === HALT_RUNBOOK)
      throw new Failure('stop.forbidden', `${id} stands for a halt, which ends when it is resumed: belay resume`);
    if (isStandIn(run.runbook))
      throw new Failure('stop.forbidden', `${id} stands for an exception; deny it, or: belay exceptions revoke`);
    if (!run.cancel) {
      await trx
        .updateTable('runs')
        .set({ cancel: JSON.stringify({ by: person, reason }) })
        .where('id', '=', id)
        .execute();
      await append(trx, now, id, 'run.note', { text: `Cancelled by ${person.name} (${person.id}): ${reason}` });
      await voidGatesOf(trx, now, id, `The run was cancelled by ${person.name}: ${reason}`);
      await enqueue(trx, now, 'run.wake', id);
    }
    return 'cancelling' as const;
  });
  context.poke();
  return answer;
}
