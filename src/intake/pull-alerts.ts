import { z } from 'zod';
import type { Doors } from '../authority/doors.ts';
import type { AlertReceipt } from '../domain/alert.ts';
import { Failure } from '../domain/failure.ts';
import { Json } from '../domain/json.ts';
import { type RouteTable, routeFor } from './routes.ts';
import { alertmanager, MAX_ALERTS } from './sources/alertmanager.ts';

/** What `GET /api/v2/alerts` says of an alert that fires, as much of it as its webhook would. */
const Current = z.array(
  z.object({
    labels: Json,
    annotations: Json.optional(),
    startsAt: Json,
    generatorURL: Json.optional(),
    fingerprint: Json,
    status: z.object({ state: z.string() }),
  }),
);

const PATIENCE_MS = 10_000;

/**
 * Takes the alerts that fire now from an Alertmanager, as if it had just sent them. For a look at a cluster whose
 * Alertmanager does not know Belay; silenced alerts are left alone.
 * @throws Failure retry.unreachable or stop.unsupported, naming the address
 */
export async function pullAlerts(
  url: string,
  doors: Pick<Doors, 'receiveAlerts'>,
  routes: RouteTable,
): Promise<AlertReceipt[]> {
  const address = `${url.replace(/\/+$/, '')}/api/v2/alerts?active=true&silenced=false&inhibited=false`;
  let response: Response;
  try {
    response = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'error' });
  } catch (error) {
    throw new Failure('retry.unreachable', `Alertmanager on ${url} cannot be reached; check ALERTMANAGER_URL.`, {
      cause: error,
    });
  }
  const parsed = Current.safeParse(response.ok ? await response.json().catch(() => undefined) : undefined);
  if (!parsed.success)
    throw new Failure(
      'stop.unsupported',
      `${url} does not answer as an Alertmanager does (${response.status}); check ALERTMANAGER_URL.`,
    );
  const firing = parsed.data.filter(({ status }) => status.state === 'active').slice(0, MAX_ALERTS);
  const delivery = { version: '4', alerts: firing.map((alert) => ({ ...alert, status: 'firing' })) };
  const alerts = alertmanager.parse(Json.parse(JSON.parse(JSON.stringify(delivery))));
  return alerts.length === 0
    ? []
    : await doors.receiveAlerts(alerts.map((alert) => ({ alert, route: routeFor(routes, alert) })));
}
