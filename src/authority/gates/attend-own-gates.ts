import { again } from '../../platform/database/again.ts';
import type { AuthorityContext } from '../context.ts';
import { endRequest } from '../exceptions/end-request.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { lockRun } from '../runs/lock-run.ts';
import { doWhatIsDue } from './do-what-is-due.ts';
import { followDoubts } from './follow-doubts.ts';
import { isOwn, OWN_KINDS } from './gate-row.ts';
import { rulesOf } from './rules-of.ts';

/** Gates that no run looks after: the authority's own while they wait, and approvals that a run does not come to use. */
const unattended = ({ db }: AuthorityContext) =>
  db
    .selectFrom('gates')
    .select(['id', 'run'])
    .where((eb) =>
      eb.or([
        eb.and([eb('state', 'in', ['open', 'frozen']), eb('kind', 'in', OWN_KINDS)]),
        eb('state', '=', 'approved'),
      ]),
    )
    .orderBy('opened_at')
    .execute();

/** Runs in which something is in doubt: one of their gates may have been decided wrongly, or have expired. */
const doubtful = ({ db }: AuthorityContext) =>
  db.selectFrom('intents').select('run').distinct().where('status', '=', 'in-doubt').execute();

async function attend(context: AuthorityContext, { id, run }: { id: string; run: string }): Promise<void> {
  await context.db.transaction().execute(async (trx) => {
    const locked = await lockRun(trx, run);
    const gate = await trx.selectFrom('gates').selectAll().where('id', '=', id).executeTakeFirst();
    if (!locked || !gate) return;
    const { both } = await rulesOf(trx, context, gate, locked);
    await doWhatIsDue(trx, context.now(), gate, locked, both);
    const after = await trx.selectFrom('gates').select('state').where('id', '=', id).executeTakeFirst();
    if (gate.kind === 'exception' && after?.state === 'expired')
      await endRequest(trx, context.now(), run, 'Nobody decided it in time; nothing is excepted.');
    if (isOwn(gate)) return;
    if (after?.state !== gate.state) await enqueue(trx, context.now(), 'run.wake', run);
  });
}

/**
 * Does what is due on the gates that no workflow attends: reminds and expires the authority's own, withdraws approvals
 * that were not used in time, and asks again about whatever is still in doubt. Called by the sweeper, now and again.
 */
export async function attendOwnGates(context: AuthorityContext): Promise<void> {
  for (const gate of await unattended(context)) await again(() => attend(context, gate));
  for (const { run } of await doubtful(context))
    await again(() =>
      context.db.transaction().execute(async (trx) => {
        if (await lockRun(trx, run)) await followDoubts(trx, context, run);
      }),
    );
  context.poke();
}
