import type { Selectable } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import { isOver } from '../../domain/run.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { RunsTable } from '../../platform/database/schema.ts';

export type RunRow = Selectable<RunsTable>;

/**
 * The run that a worker speaks for. A run the authority does not know, and a Temporal chain other than the one it bound,
 * get nothing: `stop.unknown-run`. Not bound yet (the start's answer is still under way): `retry.not-yet`.
 * In a transaction its row is taken first, as `lockRun` says why.
 */
export async function knownRun(
  db: Database | Trx,
  { run, execution }: { run: string; execution: string },
): Promise<RunRow> {
  const row = await db
    .selectFrom('runs')
    .selectAll()
    .where('id', '=', run)
    .$if(db.isTransaction, (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
  if (!row)
    throw new Failure('stop.unknown-run', `run ${run} is not registered; start it with "belay run", not in Temporal`);
  if (row.execution === null) throw new Failure('retry.not-yet', `run ${run} is being started`, { retryAfterMs: 200 });
  if (row.execution !== execution)
    throw new Failure('stop.unknown-run', `run ${run} belongs to another execution; this one was not started by Belay`);
  return row;
}

/** The same for calls that would change something: a run that is over changes nothing any more. */
export async function openRun(db: Database | Trx, of: { run: string; execution: string }): Promise<RunRow> {
  const row = await knownRun(db, of);
  if (isOver(row.state))
    throw new Failure('stop.unknown-run', `run ${of.run} is ${row.state}; nothing more is done for it`);
  return row;
}
