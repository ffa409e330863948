import { Failure } from '../../domain/failure.ts';
import type { AuthorityContext } from '../context.ts';
import type { RequestOf } from '../protocol.ts';
import { knownRun } from '../runs/known-run.ts';

/** A run's own gate and its run. @throws Failure for another run's. */
export async function ownGate(context: AuthorityContext, request: RequestOf<'attendGate'>) {
  // The gate before the run: what closes a gate for the run's sake writes both at once, so whoever sees such a gate
  // closed must see why. The other way round, a cancelled run could take its gate for one that somebody withdrew.
  const gate = await context.db.selectFrom('gates').selectAll().where('id', '=', request.gate).executeTakeFirst();
  const run = await knownRun(context.db, request);
  if (gate?.run !== run.id) throw new Failure('stop.not-found', `run ${run.id} has no gate ${request.gate}`);
  return { run, gate };
}
