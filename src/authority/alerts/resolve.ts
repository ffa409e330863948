import type { Alert } from '../../domain/alert.ts';
import { isOver } from '../../domain/run.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { lockRun } from '../runs/lock-run.ts';

/** How people call an alert. */
export const nameOf = (alert: Alert): string => alert.labels['alertname'] ?? alert.fingerprint;

const ended = (trx: Trx, source: string, fingerprints: readonly string[]) =>
  trx
    .selectFrom('alerts')
    .select(['fingerprint', 'starts_at'])
    .where('source', '=', source)
    .where('fingerprint', 'in', fingerprints)
    .where('status', '=', 'resolved')
    .execute();

/** Whether this very firing is already known to have ended. */
export async function hasEnded(trx: Trx, { source, fingerprint, startsAt }: Alert): Promise<boolean> {
  return (await ended(trx, source, [fingerprint])).some((row) => row.starts_at === startsAt);
}

/** The latest start of each fingerprint, in milliseconds. */
function latest(rows: readonly { fingerprint: string; starts_at: string }[]): Map<string, number> {
  const starts = new Map<string, number>();
  for (const row of rows)
    starts.set(row.fingerprint, Math.max(starts.get(row.fingerprint) ?? 0, Date.parse(row.starts_at)));
  return starts;
}

/**
 * Whether everything that fires for a run has ended. An alert that fired again since is told by its latest start; that
 * an earlier end of it was never delivered changes nothing.
 */
async function isQuiet(trx: Trx, run: string, alert: Alert): Promise<boolean> {
  const firing = latest(
    await trx
      .selectFrom('alerts')
      .select(['fingerprint', 'starts_at'])
      .where('run', '=', run)
      .where('status', '=', 'firing')
      .execute(),
  );
  const ends = latest([
    ...(await ended(trx, alert.source, [...firing.keys()])),
    { fingerprint: alert.fingerprint, starts_at: alert.startsAt },
  ]);
  return [...firing].every(([fingerprint, start]) => (ends.get(fingerprint) ?? -1) >= start);
}

/** Tells the open runs of an alert that it resolved; a run hears of it once none of its alerts fires any more. */
export async function resolveAlert(trx: Trx, now: Date, alert: Alert, alertId: string): Promise<string | null> {
  const rows = await trx
    .selectFrom('alerts')
    .select(['run', 'starts_at'])
    .where('source', '=', alert.source)
    .where('fingerprint', '=', alert.fingerprint)
    .where('status', '=', 'firing')
    .where('run', 'is not', null)
    .execute();
  // The end of an earlier incident is no news of a later one.
  const begun = rows.filter((row) => Date.parse(row.starts_at) <= Date.parse(alert.startsAt));
  const ids = [...new Set(begun.flatMap((row) => row.run ?? []))].toSorted();
  let told: string | null = null;
  for (const id of ids) {
    const run = await lockRun(trx, id);
    if (!run || isOver(run.state)) continue;
    told ??= id;
    await append(trx, now, id, 'alert.resolved', {
      alert: alertId,
      name: nameOf(alert),
      fingerprint: alert.fingerprint,
    });
    if (!(await isQuiet(trx, id, alert))) continue;
    await trx.updateTable('runs').set({ alert_resolved_at: now }).where('id', '=', id).execute();
    await enqueue(trx, now, 'run.wake', id);
  }
  return told;
}
