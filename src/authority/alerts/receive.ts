import { randomUUID } from 'node:crypto';
import type { Alert, AlertReceipt } from '../../domain/alert.ts';
import { digestOf } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { AlertMapping, RunbookEntry } from '../../domain/manifest.ts';
import { END_STATES } from '../../domain/run.ts';
import { again } from '../../platform/database/again.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import type { AlertRoute } from '../doors.ts';
import { append } from '../ledger/append.ts';
import { checkInput, type InputProblem } from '../runs/check-input.ts';
import { registerRun } from '../runs/register.ts';
import { redactAlert } from './redact-alert.ts';
import { hasEnded, nameOf, resolveAlert } from './resolve.ts';

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

/** Which labels would have to be there, in words for whoever wrote the alert rule. */
function whyNot({ name, fromAlert }: RunbookEntry, problems: readonly InputProblem[]): string {
  const lines = problems.map(({ field, message }) => {
    const labels = fromAlert?.[field];
    return labels && message === 'is required' ? `it has no label ${labels.join(' or ')}` : `${field} ${message}`;
  });
  return `${name} cannot take it: ${lines.join('; ')}`;
}

/** What came of an alert: its run, or why there is none. */
type Outcome = { run: string } | { ignored: string };

/** The open run of this alert's incident, or a new one; ignored when the route cannot be followed for this alert. */
async function joinOrStart(
  trx: Trx,
  context: AuthorityContext,
  alert: Alert,
  route: AlertRoute,
  alertId: string,
): Promise<Outcome> {
  const now = context.now();
  const runbook = context.manifest.runbooks.find((entry) => entry.name === route.runbook);
  if (!runbook) return { ignored: `its route names ${route.runbook}, which is not in the manifest` };
  const checked = checkInput(runbook, { ...inputFrom(runbook.fromAlert, alert.labels), ...route.input });
  if ('problems' in checked) return { ignored: whyNot(runbook, checked.problems) };
  const workflowId = workflowIdOf(route.runbook, alert, checked.input);
  const open = await trx
    .selectFrom('runs')
    .select('id')
    .where('workflow_id', '=', workflowId)
    .where('state', 'not in', END_STATES)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (open) {
    await trx.updateTable('runs').set({ alert_resolved_at: null }).where('id', '=', open.id).execute();
    await append(trx, now, open.id, 'alert.joined', {
      alert: alertId,
      name: nameOf(alert),
      fingerprint: alert.fingerprint,
    });
    return { run: open.id };
  }
  const run = await registerRun(trx, now, {
    runbook,
    input: checked.input,
    mode: route.mode,
    dryRun: false,
    workflowId,
    requester: {
      id: `alert:${alert.source}`,
      name: `alert ${nameOf(alert)}`.slice(0, 200).toWellFormed(),
      door: 'alert',
    },
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
  return { run };
}

/** What an alert does: told to its run, joined to one, or starting one. */
async function runOf(
  trx: Trx,
  context: AuthorityContext,
  alert: Alert,
  route: AlertRoute | undefined,
  id: string,
): Promise<Outcome> {
  if (alert.status === 'resolved') {
    const run = await resolveAlert(trx, context.now(), alert, id);
    return run === null ? { ignored: 'it resolved, and no open run is about it' } : { run };
  }
  if (!route) return { ignored: 'no route matches its labels' };
  // Deliveries overtake each other: what is known to have ended starts nothing.
  if (await hasEnded(trx, alert)) return { ignored: 'it is known to have resolved already' };
  return await joinOrStart(trx, context, alert, route, id);
}

/** A run that ended without finding out (the cluster was away, a bug) settles nothing: while the alert fires, it is looked at again. */
async function endedUnanswered(trx: Trx, run: string | null): Promise<boolean> {
  if (run === null) return false;
  const row = await trx.selectFrom('runs').select(['state', 'outcome']).where('id', '=', run).executeTakeFirst();
  return row?.state === 'failed' || (row?.state === 'finished' && row.outcome === 'inconclusive');
}

/** The same alert again. Only one that nothing came of is looked at anew: perhaps there is a route for it by now. */
async function repeated(
  trx: Trx,
  context: AuthorityContext,
  { id, run, disposition }: { id: string; run: string | null; disposition: 'accepted' | 'ignored' },
  alert: Alert,
  route: AlertRoute | undefined,
): Promise<AlertReceipt> {
  const { fingerprint } = alert;
  const again = disposition === 'ignored' || (alert.status === 'firing' && (await endedUnanswered(trx, run)));
  const now = again ? await runOf(trx, context, alert, route, id) : undefined;
  if (!now || 'ignored' in now) return { id, fingerprint, runId: run, status: 'duplicate' };
  await trx.updateTable('alerts').set({ run: now.run, disposition: 'accepted' }).where('id', '=', id).execute();
  return { id, fingerprint, runId: now.run, status: 'accepted' };
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
  if (same) return await repeated(trx, context, same, alert, route);
  const outcome = await runOf(trx, context, alert, route, id);
  const run = 'run' in outcome ? outcome.run : null;
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
  return {
    id,
    fingerprint,
    runId: run,
    status: disposition,
    ...('ignored' in outcome ? { reason: outcome.ignored } : {}),
  };
}

const orderOf = ({ source, group, fingerprint }: Alert): string => JSON.stringify([source, group, fingerprint]);
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** One delivery in one transaction: stored whole or not at all. Two that race for one incident: the later one looks again. */
export async function receiveAlerts(
  context: AuthorityContext,
  given: readonly { alert: Alert; route: AlertRoute | undefined }[],
): Promise<AlertReceipt[]> {
  const alerts: { alert: Alert; route: AlertRoute | undefined }[] = [];
  for (const { alert, route } of given) alerts.push({ alert: await redactAlert(alert), route });
  // In one order for all deliveries, so that two of them do not wait for each other's runs.
  const inLine = [...alerts.entries()].toSorted(([, a], [, b]) => compare(orderOf(a.alert), orderOf(b.alert)));
  const receipts = await again(() =>
    context.db.transaction().execute(async (trx) => {
      const each = new Map<number, AlertReceipt>();
      for (const [at, { alert, route }] of inLine) each.set(at, await receive(trx, context, alert, route));
      return alerts.flatMap((_, at) => each.get(at) ?? []);
    }),
  );
  context.poke();
  return receipts;
}
