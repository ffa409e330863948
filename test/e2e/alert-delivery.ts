import { createHash } from 'node:crypto';

/** What Alertmanager posts for one alert with these labels, in a group of its own. */
export function delivery(labels: Readonly<Record<string, string>>, status: 'firing' | 'resolved' = 'firing') {
  const group = JSON.stringify(labels);
  const started = new Date(Date.now() - 60_000).toISOString();
  return {
    version: '4',
    groupKey: `{}:${group}`,
    truncatedAlerts: 0,
    status,
    receiver: 'belay',
    groupLabels: labels,
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: 'http://alertmanager.test',
    alerts: [
      {
        status,
        labels,
        annotations: { summary: 'for the test' },
        startsAt: started,
        endsAt: status === 'resolved' ? new Date().toISOString() : '0001-01-01T00:00:00Z',
        generatorURL: 'http://prometheus.test',
        fingerprint: createHash('sha256').update(group).digest('hex').slice(0, 16),
      },
    ],
  };
}
