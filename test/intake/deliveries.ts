import type { Json } from '../../src/domain/json.ts';

/** One firing alert as Alertmanager 0.25 sends it. */
export const alertOf = (changes: Record<string, Json> = {}): Record<string, Json> => ({
  status: 'firing',
  labels: { alertname: 'HighErrorRate', cluster: 'belay-sandbox', namespace: 'shop', deployment: 'checkout' },
  annotations: { summary: 'Half of all requests fail' },
  startsAt: '2026-01-02T03:04:05.678Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus:9090/graph?g0.expr=up',
  fingerprint: 'a'.repeat(16),
  ...changes,
});

/** A webhook of version 4 with one firing alert. */
export const deliveryOf = (changes: Record<string, Json> = {}): Record<string, Json> => ({
  version: '4',
  groupKey: '{}:{alertname="HighErrorRate"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'belay',
  groupLabels: { alertname: 'HighErrorRate' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager:9093',
  alerts: [alertOf()],
  ...changes,
});
