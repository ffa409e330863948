import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { AlertRule } from '../../../sandbox/alerts/alert-rule.ts';
import { prometheusApi } from '../../../sandbox/metrics/prometheus-api.ts';
import { storeOf, T0 } from './series.ts';

const at = T0 / 1000;
const samples = storeOf([
  { name: 'x', labels: { code: '200' }, values: Array.from({ length: 21 }, (_, second) => second * 3) },
]);

let app: FastifyInstance;
beforeAll(async () => {
  app = await prometheusApi(samples, new AlertRule(samples));
});
afterAll(() => app.close());

const get = async (path: string, query: Record<string, string> = {}) => {
  const answer = await app.inject({ method: 'GET', url: path, query });
  return { code: answer.statusCode, body: answer.json() };
};

describe('GET /api/v1/query', () => {
  test('answers in the envelope, with numbers as text', async () => {
    expect(await get('/api/v1/query', { query: 'sum(rate(x[10s]))', time: String(at + 20) })).toEqual({
      code: 200,
      body: { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [at + 20, '3'] }] } },
    });
  });

  test('says NaN, +Inf and "nothing" the way Prometheus does', async () => {
    const value = async (query: string): Promise<unknown> => {
      const { body } = await get('/api/v1/query', { query, time: String(at) });
      return body.data.result[0]?.value[1];
    };
    expect(await value('vector(0) / vector(0)')).toBe('NaN');
    expect(await value('vector(1) / vector(0)')).toBe('+Inf');
    expect(await value('-vector(1) / vector(0)')).toBe('-Inf');
    expect(await value('nothing')).toBeUndefined();
  });

  test('takes a form by POST and a time as RFC 3339', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/query',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ query: 'x', time: new Date(T0 + 5000).toISOString() }).toString(),
    });
    expect(answer.json().data.result).toEqual([{ metric: { __name__: 'x', code: '200' }, value: [at + 5, '15'] }]);
  });

  test.each([
    [{ query: 'sum(' }, 400, 'bad_data'],
    [{}, 400, 'bad_data'],
    [{ query: 'x', time: 'yesterday' }, 400, 'bad_data'],
    [{ query: 'avg(x)' }, 422, 'execution'],
    [{ query: 'x[5m]' }, 422, 'execution'],
  ])('%j is an error in the envelope', async (query, code, errorType) => {
    expect(await get('/api/v1/query', query)).toMatchObject({
      code,
      body: { status: 'error', errorType, error: expect.any(String) },
    });
  });
});

describe('GET /api/v1/query_range', () => {
  const range = { query: 'sum(x)', start: String(at), end: String(at + 20), step: '5s' };

  test('has one value for each step, both ends included', async () => {
    const { body } = await get('/api/v1/query_range', range);
    expect(body.data).toEqual({
      resultType: 'matrix',
      result: [{ metric: {}, values: [0, 5, 10, 15, 20].map((second) => [at + second, String(second * 3)]) }],
    });
  });

  test.each([
    [{ end: String(at - 1) }, 'end timestamp must not be before start time'],
    [{ step: '0' }, 'zero or negative query resolution'],
    [{ step: '-1s' }, 'zero or negative query resolution'],
    [{ step: '0.001' }, 'exceeded maximum resolution of 11,000 points'],
    [{ start: 'x' }, 'invalid parameter "start"'],
    [{ query: 'x[5m]' }, 'invalid expression type "range vector" for range query'],
  ])('%j is refused', async (change, message) => {
    expect(await get('/api/v1/query_range', { ...range, ...change })).toMatchObject({
      code: 400,
      body: { errorType: 'bad_data', error: expect.stringContaining(message) },
    });
  });
});

test('the other paths that clients look at are there', async () => {
  expect((await app.inject('/-/ready')).statusCode).toBe(200);
  expect((await get('/api/v1/alerts')).body).toEqual({ status: 'success', data: { alerts: [] } });
  const { body } = await get('/api/v1/rules');
  expect(body.data.groups[0].rules[0]).toMatchObject({ name: 'HighErrorRate', type: 'alerting', state: 'inactive' });
});
