import { randomUUID } from 'node:crypto';
import type { Alert, AlertReceipt } from '../../domain/alert.ts';
import { digestOf } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { AlertMapping } from '../../domain/manifest.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import type { AlertRoute } from '../doors.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { checkInput } from '../runs/check-input.ts';
import { registerRun } from '../runs/register.ts';

const nameOf = (alert: Alert): string => alert.labels['alertname'] ?? alert.fingerprint;

/**
 * One incident is one open run: same runbook, same group, same thing it is about. A group may span several workloads
 * (grouped by alert name alone); each of them is an incident of its own.
 */
const workflowIdOf = (runbook: string, alert: Alert, input: JsonObject): string =>
  `${runbook}/${alert.source}:${digestOf({ group: alert.group, input }).slice(7, 23)}`;

/** The first of the named labels that is there, per input field. */
function inputFrom(mapping: AlertMapping | null, labels: Record<string, string>): JsonObject {
  const found = Object.entries(mapping ?? {}).map(
    ([field, names]) => [field, names.map((name) => labels[name]).find((value) => value)] as const,
  );
  return Object.fromEntries(found.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** The open run of this alert's incident, or a new one; null when the route cannot be followed for this alert. */
async function joinOrStart(
  trx: Trx,
  context: AuthorityContext,
  alert: Alert,
  route: AlertRoute,
  alertId: string,
): Promise<string | null> {
  const now = context.now();
  const runbook = context.manifest.runbooks.find((entry) => entry.name === route.runbook);
  const checked = runbook && checkInput(runbook, { ...inputFrom(runbook.fromAlert, alert.labels), ...route.input });
  if (!runbook || !checked || 'problems' in checked) return null;
  const workflowId = workflowIdOf(route.runbook, alert, checked.input);
  const open = await trx
    .selectFrom('runs')
    .select('id')
    .where('workflow_id', '=', workflowId)
    .where('state', 'not in', ['finished', 'cancelled', 'failed'])
    .forUpdate()
    .executeTakeFirst();
  if (open) {
    await trx.updateTable('runs').set({ alert_resolved_at: null }).where('id', '=', open.id).execute();
    await append(trx, now, open.id, 'alert.joined', {
      alert: alertId,
      name: nameOf(alert),
      fingerprint: alert.fingerprint,
    });
    return open.id;
  }
  const run = await registerRun(trx, now, {
    runbook,
    input: checked.input,
    mode: route.mode,
    dryRun: false,
    workflowId,
    requester: { id: `alert:${alert.source}`, name: `alert ${nameOf(alert)}`, door: 'alert' },
    trigger: { kind: 'alert', source: alert.source, group: alert.group, alerts: [alertId] },
  });
  await append(trx, now, run, 'alert.received', {
    alert: alertId,
    source: alert.source,
    name: nameOf(alert),
    fingerprint: alert.fingerprint,
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: alert.startsAt,
  });
  return run;
}

/** Tells the run of an alert that it resolved; the run is news only once none of its alerts fires any more. */
async function resolve(trx: Trx, context: AuthorityContext, alert: Alert, alertId: string): Promise<string | null> {
  const now = context.now();
  const row = await trx
    .selectFrom('alerts')
    .innerJoin('runs', 'runs.id', 'alerts.run')
    .select('runs.id')
    .where('alerts.source', '=', alert.source)
    .where('alerts.fingerprint', '=', alert.fingerprint)
    .where('runs.state', 'not in', ['finished', 'cancelled', 'failed'])
    .executeTakeFirst();
  if (!row) return null;
  await append(trx, now, row.id, 'alert.resolved', {
    alert: alertId,
    name: nameOf(alert),
    fingerprint: alert.fingerprint,
  });
  const firing = await trx
    .selectFrom('alerts')
    .select(['fingerprint', 'starts_at'])
    .where('run', '=', row.id)
    .where('status', '=', 'firing')
    .execute();
  const resolved = await trx
    .selectFrom('alerts')
    .select(['fingerprint', 'starts_at'])
    .where('source', '=', alert.source)
    .where('status', '=', 'resolved')
    .execute();
  const ended = new Set(
    [...resolved, { fingerprint: alert.fingerprint, starts_at: alert.startsAt }].map(
      (a) => `${a.fingerprint} ${a.starts_at}`,
    ),
  );
  if (firing.every((a) => ended.has(`${a.fingerprint} ${a.starts_at}`))) {
    await trx.updateTable('runs').set({ alert_resolved_at: now }).where('id', '=', row.id).execute();
    await enqueue(trx, now, 'run.wake', row.id);
  }
  return row.id;
}

async function receive(
  trx: Trx,
  context: AuthorityContext,
  alert: Alert,
  route: AlertRoute | undefined,
): Promise<AlertReceipt> {
  const id = `a-${randomUUID()}`;
  const { source, fingerprint, status } = alert;
  const same = await trx
    .selectFrom('alerts')
    .selectAll()
    .where('source', '=', source)
    .where('fingerprint', '=', fingerprint)
    .where('starts_at', '=', alert.startsAt)
    .where('status', '=', status)
    .executeTakeFirst();
  if (same) return { id: same.id, fingerprint, runId: same.run, status: 'duplicate' };
  const run =
    status === 'resolved'
      ? await resolve(trx, context, alert, id)
      : route
        ? await joinOrStart(trx, context, alert, route, id)
        : null;
  const disposition = run ? ('accepted' as const) : ('ignored' as const);
  await trx
    .insertInto('alerts')
    .values({
      id,
      source,
      fingerprint,
      group_key: alert.group,
      status,
      starts_at: alert.startsAt,
      alert: JSON.stringify(alert),
      run,
      disposition,
      received_at: context.now(),
    })
    .execute();
  return { id, fingerprint, runId: run, status: disposition };
}

const UNIQUE_VIOLATION = '23505';

/** One delivery in one transaction: stored whole or not at all. Two deliveries racing for one incident: the later one looks again. */
export async function receiveAlerts(
  context: AuthorityContext,
  alerts: readonly { alert: Alert; route: AlertRoute | undefined }[],
): Promise<AlertReceipt[]> {
  const once = () =>
    context.db.transaction().execute(async (trx) => {
      const receipts: AlertReceipt[] = [];
      for (const { alert, route } of alerts) receipts.push(await receive(trx, context, alert, route));
      return receipts;
    });
  const receipts = await once().catch((error: { code?: string }) => {
    if (error.code !== UNIQUE_VIOLATION) throw error;
    return once();
  });
  context.poke();
  return receipts;
}
