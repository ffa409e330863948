import type { Trx } from '../../platform/database/connect.ts';
import type { RunRow } from './known-run.ts';

/**
 * Takes a run's row until the transaction ends; undefined when there is no such run. Every transaction that judges or
 * changes something of a run does this before it takes anything else: so a cancel, a decision and a grant of one run
 * stand in one line, none judges by what another is about to change, and none waits for another in a circle.
 */
export const lockRun = (trx: Trx, run: string): Promise<RunRow | undefined> =>
  // Not "for update": rows that merely refer to the run (a turn, an alert) need not wait.
  trx.selectFrom('runs').selectAll().where('id', '=', run).forNoKeyUpdate().executeTakeFirst();
