import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import { oneLine } from '../one-line.ts';
import type { PrometheusClient } from './connect.ts';

const MAX = 20;
const Strings = z.record(z.string(), z.string());

const FromPrometheus = z.object({
  data: z.object({
    alerts: z.array(z.object({ labels: Strings, annotations: Strings, state: z.string(), activeAt: z.string() })),
  }),
});
const FromAlertmanager = z.array(
  z.object({
    labels: Strings,
    annotations: Strings,
    startsAt: z.string(),
    status: z.object({ state: z.enum(['unprocessed', 'active', 'suppressed']) }),
  }),
);

const AlertFacts = z.object({
  name: z.string(),
  /** `suppressed`: silenced or inhibited; only Alertmanager knows. */
  state: z.enum(['firing', 'pending', 'suppressed']),
  labels: Strings,
  summary: z.string(),
  since: z.iso.datetime().nullable(),
});
type AlertFacts = z.infer<typeof AlertFacts>;

const AlertSource = z.enum(['prometheus', 'alertmanager']);
type AlertSource = z.infer<typeof AlertSource>;

/** `prometheus.alerts`: what fires now. */
export const alerts = defineTool({
  name: 'prometheus.alerts',
  title: 'Current alerts',
  description:
    'Alerts that are firing or pending now, from Alertmanager where the connection names one (it also knows silences), else from ' +
    `Prometheus. labels narrows to alerts that carry all of them. At most ${MAX}; count tells how many there are.`,
  risk: 'read',
  input: z.strictObject({
    labels: Strings.default({}).describe('Only alerts that carry all of these, for example {"namespace":"shop"}'),
  }),
  facts: z.object({
    alerts: z.array(AlertFacts).max(MAX),
    count: z.number().int().nonnegative(),
    source: AlertSource,
  }),
  timeout: '30s',
  async read({ labels }, { client, signal }: ToolContext<PrometheusClient>) {
    const source: AlertSource = client.alertmanager === null ? 'prometheus' : 'alertmanager';
    const all =
      client.alertmanager === null
        ? fromPrometheus(await client.prometheus('/api/v1/alerts', {}, signal))
        : fromAlertmanager(await client.alertmanager('/api/v2/alerts', {}, signal));
    const wanted = Object.entries(labels);
    const found = all.filter((alert) => wanted.every(([name, value]) => alert.labels[name] === value));
    found.sort((a, b) => (b.since ?? '').localeCompare(a.since ?? ''));
    return {
      facts: { alerts: fit(found, MAX), count: found.length, source },
      content:
        found
          .map(
            (alert) =>
              `${alert.state} ${alert.name} since ${alert.since} ${JSON.stringify(alert.labels)} ${alert.summary}`,
          )
          .join('\n') || 'no alerts',
      summary: `${found.length} alerts, ${found.filter(({ state }) => state === 'firing').length} firing (${source})`,
    };
  },
});

const fromPrometheus = (answer: unknown): AlertFacts[] =>
  parsed(FromPrometheus, answer).data.alerts.map(({ labels, annotations, state, activeAt }) =>
    factsOf(labels, annotations, state === 'firing' ? 'firing' : 'pending', activeAt),
  );

const fromAlertmanager = (answer: unknown): AlertFacts[] =>
  parsed(FromAlertmanager, answer).map(({ labels, annotations, status, startsAt }) =>
    factsOf(labels, annotations, status.state === 'suppressed' ? 'suppressed' : 'firing', startsAt),
  );

function factsOf(
  labels: Record<string, string>,
  annotations: Record<string, string>,
  state: AlertFacts['state'],
  since: string,
): AlertFacts {
  const at = Date.parse(since);
  return {
    name: labels['alertname'] ?? '(no name)',
    state,
    labels,
    summary: oneLine(annotations['summary'] ?? annotations['description'] ?? '', 200),
    since: Number.isNaN(at) ? null : new Date(at).toISOString(),
  };
}

function parsed<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new Failure('stop.unsupported', `This is not a list of alerts: ${oneLine(z.prettifyError(result.error), 300)}`);
}
