import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ToolContext } from '../../../src/sdk/define-tool.ts';
import { alerts } from '../../../src/tools/prometheus/alerts.ts';
import { connectPrometheus, type PrometheusClient } from '../../../src/tools/prometheus/connect.ts';
import { query } from '../../../src/tools/prometheus/query.ts';
import { queryRange } from '../../../src/tools/prometheus/query-range.ts';
import { describeReal } from '../../support/parts.ts';
import { type RunningPrometheus, startPrometheus } from '../../support/start-prometheus.ts';
import { until } from '../../support/until.ts';
import { type HttpStub, startHttpStub } from '../http-stub.ts';

const RULES = `
groups:
  - name: test
    rules:
      - alert: AlwaysOn
        expr: shop_requests_total > 0
        labels: { severity: page }
        annotations: { summary: something is on }
`;

describeReal('the tools on a real Prometheus', ['prometheus'], () => {
  let target: HttpStub;
  let server: RunningPrometheus;
  let context: ToolContext<PrometheusClient>;
  beforeAll(async () => {
    const body = '# TYPE shop_requests_total counter\nshop_requests_total{code="500"} 7\nshop_odd NaN\n';
    target = await startHttpStub(() => ({ body, headers: { 'content-type': 'text/plain; version=0.0.4' } }));
    server = await startPrometheus({ scrape: [new URL(target.url).host], rules: RULES });
    const client = connectPrometheus({ url: server.url });
    context = { client, connection: 'default', signal: AbortSignal.timeout(60_000), now: () => new Date() };
    await until('Prometheus has scraped', async () => (await read('shop_requests_total')).count > 0);
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    await target?.stop();
  });
  const read = async (promql: string) => (await query.read({ query: promql }, context)).facts;

  test('a value, a scalar, a NaN and nothing', async () => {
    expect((await read('shop_requests_total')).samples).toMatchObject([{ labels: { code: '500' }, value: 7 }]);
    expect((await read('scalar(vector(3))')).samples).toMatchObject([{ labels: {}, value: 3 }]);
    expect((await read('shop_odd')).samples).toMatchObject([{ value: null }]);
    expect(await read('no_such_metric')).toEqual({ samples: [], count: 0 });
    expect((await read('shop_requests_total[1m]')).samples).toMatchObject([{ value: 7 }]);
  });

  test('a broken query is the caller’s fault, in Prometheus’s own words', async () => {
    await expect(read('sum(')).rejects.toMatchObject({
      type: 'stop.invalid-input',
      message: expect.stringContaining('parse error'),
    });
  });

  test('a range over time, and over a time when there was nothing', async () => {
    const now = Date.now();
    const at = (ms: number) => new Date(ms).toISOString();
    const recent = { query: 'shop_requests_total', start: at(now - 10_000), end: at(now + 1000), step: 1 };
    const { facts } = await queryRange.read(recent, context);
    expect(facts.series[0]?.points.at(-1)?.[1]).toBe(7);
    const past = { ...recent, start: at(now - 3_600_000), end: at(now - 3_590_000) };
    expect((await queryRange.read(past, context)).facts).toMatchObject({ series: [], count: 0 });
  });

  test('a firing alert', async () => {
    const facts = await until('the alert fires', async () => {
      const seen = (await alerts.read({ labels: { severity: 'page' } }, context)).facts;
      return seen.alerts[0]?.state === 'firing' ? seen : undefined;
    });
    expect(facts).toMatchObject({
      count: 1,
      source: 'prometheus',
      alerts: [{ name: 'AlwaysOn', summary: 'something is on' }],
    });
  });
});
