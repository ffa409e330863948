import { defineSystem } from '../../sdk/define-system.ts';
import { alerts } from './alerts.ts';
import { connectPrometheus, PrometheusSettings } from './connect.ts';
import { queryRange } from './query-range.ts';
import { query } from './query.ts';

/** Prometheus and its Alertmanager: metrics and alerts, read only. */
export const prometheus = defineSystem({
  name: 'prometheus',
  settings: PrometheusSettings,
  connect: (settings) => connectPrometheus(settings),
  tools: [query, queryRange, alerts],
});
