import { END_STATES } from '../../domain/run.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { RunRow } from './known-run.ts';

export interface Incident {
  readonly open: boolean;
  /** Who acknowledged it, by their name in the directory. */
  readonly responder: string | null;
}

/**
 * The incident a run is about: an alert that still fires, of this run or of another open run on the same target. Only
 * rows that the alert door wrote count; what a run or its requester says of itself opens no incident.
 */
export async function incidentOf(db: Database | Trx, run: Pick<RunRow, 'id' | 'target'>): Promise<Incident> {
  const rows = await db
    .selectFrom('runs')
    .innerJoin('alerts', 'alerts.run', 'runs.id')
    .select('runs.responder')
    .where('runs.target', '=', run.target)
    .where('runs.alert_resolved_at', 'is', null)
    .where('runs.state', 'not in', END_STATES)
    .where('alerts.status', '=', 'firing')
    .execute();
  return { open: rows.length > 0, responder: rows.find((row) => row.responder !== null)?.responder ?? null };
}
