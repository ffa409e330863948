import { afterEach, expect, test } from '@jest/globals';
import type { ToolContext } from '../../../src/sdk/define-tool.ts';
import { alerts } from '../../../src/tools/prometheus/alerts.ts';
import { connectPrometheus, type PrometheusClient } from '../../../src/tools/prometheus/connect.ts';
import { query } from '../../../src/tools/prometheus/query.ts';
import { queryRange } from '../../../src/tools/prometheus/query-range.ts';
import { type HttpStub, startHttpStub, type StubAnswer } from '../http-stub.ts';

const stubs: HttpStub[] = [];
afterEach(async () => {
  await Promise.all(stubs.splice(0).map((stub) => stub.stop()));
});

async function contextOf(
  answer: StubAnswer | ((request: { url?: string | undefined; headers: Record<string, unknown> }) => StubAnswer),
  settings: { bearerToken?: string; alertmanager?: boolean; timeoutMs?: number } = {},
): Promise<ToolContext<PrometheusClient>> {
  const stub = await startHttpStub((request) => (typeof answer === 'function' ? answer(request) : answer));
  stubs.push(stub);
  const { bearerToken, alertmanager = false, timeoutMs } = settings;
  const client = connectPrometheus(
    {
      url: `${stub.url}/base/`,
      ...(bearerToken === undefined ? {} : { bearerToken }),
      ...(alertmanager ? { alertmanager: stub.url } : {}),
    },
    timeoutMs,
  );
  return { client, connection: 'default', signal: new AbortController().signal, now: () => new Date() };
}
const vector = (result: unknown[]) => ({ body: { status: 'success', data: { resultType: 'vector', result } } });
const ask = query.input.parse({ query: 'up' });

test('no samples are no samples: an empty list, and a summary that says so', async () => {
  const { facts, summary } = await query.read(ask, await contextOf(vector([])));
  expect(facts).toEqual({ samples: [], count: 0 });
  expect(summary).toBe('no samples for up');
});

test('NaN and infinities are samples without a number', async () => {
  const values = ['NaN', '+Inf', '-Inf', '1e-3', '0'];
  const { facts } = await query.read(
    ask,
    await contextOf(vector(values.map((value) => ({ metric: {}, value: [1, value] })))),
  );
  expect(facts.samples.map(({ value }) => value)).toEqual([null, null, null, 0.001, 0]);
  expect(facts.samples[0]?.at).toBe('1970-01-01T00:00:01.000Z');
});

test('of many samples 50 are facts, and the count tells of the rest', async () => {
  const many = Array.from({ length: 120 }, (_, index) => ({ metric: { pod: `p${index}` }, value: [1, `${index}`] }));
  const { facts, content } = await query.read(ask, await contextOf(vector(many)));
  expect([facts.samples.length, facts.count, content?.split('\n').length]).toEqual([50, 120, 121]);
});

test('a scalar is one sample; a matrix gives its newest; a string or a histogram is refused', async () => {
  const of = async (resultType: string, result: unknown) =>
    query.read(ask, await contextOf({ body: { status: 'success', data: { resultType, result } } }));
  expect((await of('scalar', [5, '2'])).facts.samples).toMatchObject([{ labels: {}, value: 2 }]);
  expect(
    (
      await of('matrix', [
        {
          metric: {},
          values: [
            [1, '1'],
            [2, '7'],
          ],
        },
      ])
    ).facts.samples,
  ).toMatchObject([{ value: 7 }]);
  await expect(of('string', [1, 'hello'])).rejects.toMatchObject({ type: 'stop.invalid-input' });
  await expect(of('vector', [{ metric: {}, histogram: [1, {}] }])).rejects.toMatchObject({ type: 'stop.unsupported' });
  await expect(of('poem', [])).rejects.toMatchObject({ type: 'stop.unsupported' });
});

const problem = (error: string) => ({ status: 'error', errorType: 'bad_data', error });
test.each<[string, StubAnswer, string, string]>([
  [
    'a PromQL error keeps Prometheus’s own words',
    { status: 400, body: problem('1:4: parse error: unexpected <by>') },
    'stop.invalid-input',
    'parse error: unexpected <by>',
  ],
  [
    'so does an execution error',
    { status: 422, body: problem('multiple matches for labels') },
    'stop.invalid-input',
    'multiple matches',
  ],
  ['401', { status: 401, body: 'who are you' }, 'stop.forbidden', 'credential'],
  ['404 is another address', { status: 404, body: '404 page not found' }, 'stop.not-found', 'no Prometheus API'],
  ['503 may be tried again', { status: 503, body: problem('query timed out') }, 'retry.unreachable', 'query timed out'],
  ['429', { status: 429, headers: { 'retry-after': '3' } }, 'retry.throttled', 'slow down'],
  ['a page that is no JSON', { body: '<html>' }, 'stop.unsupported', 'does not answer JSON'],
  ['an answer over 4 MiB', { body: 'x'.repeat(5 * 1024 * 1024) }, 'stop.unsupported', 'ask for less'],
  [
    'a redirect',
    { status: 302, headers: { location: 'http://127.0.0.1:9/' } },
    'retry.unreachable',
    'Cannot reach Prometheus',
  ],
])('%s', async (_, answer, type, says) => {
  await expect(query.read(ask, await contextOf(answer))).rejects.toMatchObject({
    type,
    message: expect.stringContaining(says),
  });
});

test('silence ends in time; a cancelled call ends with its reason', async () => {
  await expect(query.read(ask, await contextOf('hang', { timeoutMs: 50 }))).rejects.toMatchObject({
    type: 'retry.unreachable',
    message: expect.stringContaining('no answer within 0.05 s'),
  });
  const cancel = new AbortController();
  const call = query.read(ask, { ...(await contextOf('hang')), signal: cancel.signal });
  const reason = new Error('cancelled by the run');
  cancel.abort(reason);
  await expect(call).rejects.toBe(reason);
});

test('the token goes into a header, the query into the address, below the path of the connection', async () => {
  const seen: unknown[] = [];
  const context = await contextOf(
    (request) => {
      seen.push(request.headers['authorization'], new URL(request.url ?? '', 'http://x').pathname);
      return vector([]);
    },
    { bearerToken: 't0k3n' },
  );
  await query.read(ask, context);
  expect(seen).toEqual(['Bearer t0k3n', '/base/api/v1/query']);
});

const range = { query: 'up', start: '2026-11-21T10:00:00Z', end: '2026-11-21T10:10:00Z', step: 60 };

test('a range is refused when it would give too many points, naming a step that fits', async () => {
  const context = await contextOf({ body: '' });
  await expect(queryRange.read({ ...range, step: 1 }, context)).rejects.toMatchObject({
    message: '601 points a series, at most 200: use a step of at least 4 seconds',
  });
  await expect(queryRange.read({ ...range, start: range.end, end: range.start }, context)).rejects.toMatchObject({
    type: 'stop.invalid-input',
    message: 'end is before start',
  });
});

test('a range keeps times relative to its start, and says when series were left out', async () => {
  const start = Date.parse(range.start) / 1000;
  const series = (count: number, points: number) =>
    Array.from({ length: count }, (_, index) => ({
      metric: { pod: `p${index}` },
      values: Array.from({ length: points }, (__, at) => [start + at * 60, at === 1 ? 'NaN' : '2']),
    }));
  const read = async (result: unknown[]) =>
    queryRange.read(range, await contextOf({ body: { status: 'success', data: { resultType: 'matrix', result } } }));
  const { facts } = await read(series(1, 3));
  expect(facts.series).toEqual([
    {
      labels: { pod: 'p0' },
      points: [
        [0, 2],
        [60, null],
        [120, 2],
      ],
    },
  ]);
  expect(facts.complete).toBe(true);
  expect((await read([])).facts).toMatchObject({ series: [], count: 0, complete: true });
  const many = (await read(series(90, 11))).facts;
  expect([many.series.length, many.count, many.complete]).toEqual([20, 90, false]);
  expect(JSON.stringify((await read(series(30, 200))).facts).length).toBeLessThan(16 * 1024);
});

const labels = { alertname: 'HighErrorRate', namespace: 'shop' };
test('alerts come from Prometheus, or from Alertmanager where there is one, in one shape', async () => {
  const fromPrometheus = await contextOf({
    body: {
      status: 'success',
      data: { alerts: [{ labels, annotations: { summary: 'many errors' }, state: 'pending', activeAt: range.start }] },
    },
  });
  const since = new Date(range.start).toISOString();
  const alert = { name: 'HighErrorRate', labels, summary: 'many errors', since };
  expect((await alerts.read({ labels: {} }, fromPrometheus)).facts).toEqual({
    alerts: [{ ...alert, state: 'pending' }],
    count: 1,
    source: 'prometheus',
  });
  const fromAlertmanager = await contextOf(
    (request) =>
      request.url?.startsWith('/api/v2/alerts')
        ? {
            body: ['active', 'suppressed'].map((state) => ({
              labels,
              annotations: { description: 'many errors' },
              startsAt: range.start,
              status: { state },
            })),
          }
        : { status: 404 },
    { alertmanager: true },
  );
  const { facts } = await alerts.read({ labels: { namespace: 'shop' } }, fromAlertmanager);
  expect(facts.source).toBe('alertmanager');
  expect(facts.alerts).toEqual([
    { ...alert, state: 'firing' },
    { ...alert, state: 'suppressed' },
  ]);
  expect((await alerts.read({ labels: { namespace: 'other' } }, fromAlertmanager)).facts).toMatchObject({
    alerts: [],
    count: 0,
  });
});
