import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { evaluatePromql } from '../../../sandbox/metrics/evaluate-promql.ts';
import { parsePromql } from '../../../sandbox/metrics/parse-promql.ts';
import { PromqlError } from '../../../sandbox/metrics/promql-error.ts';
import type { Series } from '../../../sandbox/metrics/sample-store.ts';
import { close, listen } from '../../../sandbox/http/listen.ts';
import { describeReal } from '../../support/parts.ts';
import { startPrometheus } from '../../support/start-prometheus.ts';
import type { RunningPrometheus } from '../../support/start-prometheus.ts';
import { until } from '../../support/until.ts';
import { expectSame } from './expect-same.ts';

interface Answer {
  status: string;
  errorType?: string;
  data: { result: { metric: Record<string, string>; value: [number, string]; values: [number, string][] }[] };
}

const SCRAPES = 9;

describeReal('the same samples give the same answers as in a real Prometheus', ['prometheus'], () => {
  let real: RunningPrometheus;
  let series: Series[];
  let now: number;
  let scrapes = 0;

  /** Counters that grow unevenly; the one of pod b restarts on the way. */
  const server = createServer((_request, response) => {
    scrapes += 1;
    const restarted = scrapes > 5 ? scrapes - 5 : scrapes + 100;
    response.end(
      [
        `requests{app="checkout",pod="a",code="200"} ${scrapes * scrapes}`,
        `requests{app="checkout",pod="b",code="200"} ${restarted * 7}`,
        `requests{app="checkout",pod="b",code="500"} ${restarted * 2}`,
        `requests{app="catalog",pod="c",code="200"} ${scrapes * 5}`,
        'idle{app="catalog"} 4',
        '',
      ].join('\n'),
    );
  });

  const ask = async (query: string, time?: number): Promise<{ code: number; body: Answer }> => {
    const form = new URLSearchParams({ query, ...(time !== undefined && { time: String(time / 1000) }) });
    const answer = await fetch(`${real.url}/api/v1/query`, { method: 'POST', body: form });
    const body: Answer = JSON.parse(await answer.text());
    return { code: answer.status, body };
  };

  beforeAll(async () => {
    real = await startPrometheus({ scrape: [`127.0.0.1:${await listen(server, 0)}`] });
    await until('it has scraped often enough', () => scrapes >= SCRAPES, { within: 30_000 });
    const samplesOf = async (): Promise<Series[]> => {
      const { body } = await ask('{__name__=~"requests|idle"}[1m]');
      return body.data.result.map(({ metric, values }) => ({
        labels: metric,
        samples: values.map(([at, value]) => ({ at: Math.round(at * 1000), value: Number(value) })),
      }));
    };
    series = await until('they are stored', async () => {
      const stored = await samplesOf();
      return stored.length === 5 && stored.every(({ samples }) => samples.length >= SCRAPES - 1) && stored;
    });
    now = Math.max(...series.flatMap(({ samples }) => samples.map(({ at }) => at)));
  }, 60_000);

  afterAll(async () => {
    await real?.stop();
    await close(server);
  });

  const QUERIES = [
    'idle',
    'requests{code="500"}',
    'requests{code!="200",app=~"check.*"}',
    'requests{app!~"check.*"}',
    'sum(requests)',
    'sum by (pod, code) (requests)',
    'rate(requests[4s])',
    'sum(rate(requests[6s]))',
    'sum(increase(requests[6s]))',
    'sum by (code) (rate(requests{app="checkout"}[5s]))',
    '(sum(rate(requests{app="checkout",code=~"5.."}[5s])) or vector(0)) / sum(rate(requests{app="checkout"}[5s]))',
    '(sum(rate(requests{app="catalog",code=~"5.."}[5s])) or vector(0)) / sum(rate(requests{app="catalog"}[5s]))',
    'sum(rate(requests{code="404"}[5s])) / sum(rate(requests[5s]))',
    'sum(rate(idle[5s])) / sum(rate(idle[5s]))',
    'sum(rate(requests[3s] offset 2s))',
    'requests{app="checkout"} > 10',
    'requests / requests',
    '-1 * requests{pod="c"}',
    'idle == 4',
    'idle or requests{pod="c"}',
    'vector(0.25)',
  ];

  test.each(QUERIES)('%s', async (query) => {
    // Between two samples, so that it does not matter on which side a window is closed; now, and a little earlier.
    for (const at of [now + 137, now - 1863]) {
      const { body } = await ask(query, at);
      const mine = evaluatePromql(parsePromql(query), series, at);
      const points = mine.type === 'vector' ? mine.points : [];
      const byLabels = (labels: Readonly<Record<string, string>>): string =>
        JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const expected = new Map(body.data.result.map(({ metric, value }) => [byLabels(metric), Number(value[1])]));
      expect(points.map(({ labels }) => byLabels(labels)).toSorted()).toEqual([...expected.keys()].toSorted());
      for (const { labels, value } of points) expectSame(value, expected.get(byLabels(labels)));
    }
  });

  test.each(['sum(', '{}', 'rate(x)', 'x or 1', '1 > 2', 'sum(x[5s])', 'x{a=~"("}', 'vector(x)', 'x[5s] + 1'])(
    '%s is bad_data there and here',
    async (query) => {
      const { code, body } = await ask(query);
      expect({ code, type: body.errorType }).toEqual({ code: 400, type: 'bad_data' });
      expect(() => parsePromql(query)).toThrow(PromqlError);
    },
  );
});
