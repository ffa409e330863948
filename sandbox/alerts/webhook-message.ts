import type { ActiveAlert } from './alert-rule.ts';
import { fingerprint } from './fingerprint.ts';

/** An alert as the notifier knows it: `endsAt` is set once it is over. */
export interface KnownAlert {
  alert: ActiveAlert;
  startsAt: string;
  endsAt: string | undefined;
}

/** Alertmanager's webhook, version 4. */
export interface WebhookMessage {
  version: '4';
  groupKey: string;
  truncatedAlerts: number;
  status: 'firing' | 'resolved';
  receiver: string;
  groupLabels: Readonly<Record<string, string>>;
  commonLabels: Readonly<Record<string, string>>;
  commonAnnotations: Readonly<Record<string, string>>;
  externalURL: string;
  alerts: {
    status: 'firing' | 'resolved';
    labels: Readonly<Record<string, string>>;
    annotations: Readonly<Record<string, string>>;
    startsAt: string;
    endsAt: string;
    generatorURL: string;
    fingerprint: string;
  }[];
}

const GROUPED_BY = ['alertname', 'cluster', 'namespace', 'deployment'];
const NEVER = '0001-01-01T00:00:00Z';
export const RECEIVER = 'belay';

/** The message for one alert, which is a group of its own. */
export function webhookMessage(known: KnownAlert, urls: { external: string; generator: string }): WebhookMessage {
  const { labels, annotations } = known.alert;
  const status = known.endsAt === undefined ? 'firing' : 'resolved';
  const groupLabels = Object.fromEntries(GROUPED_BY.map((name) => [name, labels[name] ?? '']));
  const key = Object.entries(groupLabels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return {
    receiver: RECEIVER,
    status,
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt: known.startsAt,
        endsAt: known.endsAt ?? NEVER,
        generatorURL: urls.generator,
        fingerprint: fingerprint(labels),
      },
    ],
    groupLabels,
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: urls.external,
    version: '4',
    groupKey: `{}:{${key.join(', ')}}`,
    truncatedAlerts: 0,
  };
}
