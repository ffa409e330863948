import { covers, scopeText } from '../../domain/halt.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import { haltsInForce } from '../halts/halt-over.ts';
import type { RunRow } from './known-run.ts';

/** What a run should know before it goes on. */
export async function newsOf(db: Database | Trx, run: RunRow) {
  // A halt of one tool or target lets the rest of the run go on; the grant refuses what it covers.
  const halt = (await haltsInForce(db)).find(({ scope }) =>
    covers(scope, { runbook: run.runbook, tool: '', targetKey: '' }),
  );
  return {
    cancelled: run.cancel !== null,
    alertResolved: run.alert_resolved_at !== null,
    halted: halt ? `${scopeText(halt.scope)} halted by ${halt.by.name}: ${halt.reason}` : null,
  };
}
