import { proposedByText } from '../../domain/plan.ts';
import type { Database } from '../../platform/database/connect.ts';
import type { RunView } from '../doors.ts';
import type { RunRow } from './known-run.ts';

/** Runs as every view shows them, with the ids of their gates. */
export async function runViews(db: Database, rows: readonly RunRow[]): Promise<RunView[]> {
  const ids = rows.map((row) => row.id);
  const gates =
    ids.length === 0
      ? []
      : await db.selectFrom('gates').select(['id', 'run']).where('run', 'in', ids).orderBy('opened_at').execute();
  return rows.map((row) => ({
    id: row.id,
    runbook: row.runbook,
    title: row.title,
    target: row.target,
    state: row.state,
    outcome: row.outcome,
    verdict: row.verdict,
    summary: row.summary,
    mode: row.mode,
    dryRun: row.dry_run,
    input: row.input,
    requester: row.requester,
    trigger: row.trigger,
    proposedBy: row.proposed_by ? proposedByText(row.proposed_by) : null,
    gates: gates.filter((gate) => gate.run === row.id).map((gate) => gate.id),
    workflowId: row.workflow_id,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  }));
}
