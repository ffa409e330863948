import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parsePromql } from '../../../sandbox/metrics/parse-promql.ts';
import { PromqlError } from '../../../sandbox/metrics/promql-error.ts';
import { expectSame } from './expect-same.ts';
import { ask, vector } from './series.ts';
import type { Given } from './series.ts';

const ramp = (step: number, length = 21, from = 1000): number[] =>
  Array.from({ length }, (_, second) => from + second * step);

/** Two pods of checkout (one failing), and one of catalog; 20 s of them. */
const SHOP: Given[] = [
  { name: 'requests', labels: { app: 'checkout', pod: 'a', code: '200' }, values: ramp(8) },
  { name: 'requests', labels: { app: 'checkout', pod: 'b', code: '200' }, values: ramp(6) },
  { name: 'requests', labels: { app: 'checkout', pod: 'b', code: '500' }, values: ramp(2) },
  { name: 'requests', labels: { app: 'catalog', pod: 'c', code: '200' }, values: ramp(5) },
  { name: 'replicas', labels: { app: 'checkout' }, values: ramp(0, 21, 3) },
];

const CHECKOUT = '{app="checkout"}';

describe('the values of queries', () => {
  test.each<[string, Record<string, number>]>([
    ['replicas', { '__name__=replicas,app=checkout': 3 }],
    ['sum(replicas)', { '{}': 3 }],
    [`sum(rate(requests${CHECKOUT}[10s]))`, { '{}': 16 }],
    [`sum(increase(requests${CHECKOUT}[10s]))`, { '{}': 160 }],
    [`sum by (code) (rate(requests${CHECKOUT}[10s]))`, { 'code=200': 14, 'code=500': 2 }],
    [`sum(rate(requests${CHECKOUT}[10s])) by (pod)`, { 'pod=a': 8, 'pod=b': 8 }],
    ['sum by (nothing) (rate(requests[10s]))', { '{}': 21 }],
    ['rate(requests{code="500"}[10s])', { 'app=checkout,code=500,pod=b': 2 }],
    [
      '(sum(rate(requests{app="checkout",code=~"5.."}[10s])) or vector(0)) / sum(rate(requests{app="checkout"}[10s]))',
      { '{}': 0.125 },
    ],
    [
      '(sum(rate(requests{app="catalog",code=~"5.."}[10s])) or vector(0)) / sum(rate(requests{app="catalog"}[10s]))',
      { '{}': 0 },
    ],
    ['sum(rate(requests{code="500"}[10s])) / sum(rate(requests[10s]))', { '{}': 2 / 21 }],
    ['sum(rate(requests{code="404"}[10s])) / sum(rate(requests[10s]))', {}],
    ['vector(0) / vector(0)', { '{}': Number.NaN }],
    ['vector(1) / vector(0)', { '{}': Number.POSITIVE_INFINITY }],
    ['sum(rate(requests{app="gone"}[10s]))', {}],
    ['requests{code!="200"} > 5000', {}],
    ['replicas >= 3', { '__name__=replicas,app=checkout': 3 }],
    ['100 * sum(rate(requests{code="500"}[10s]))', { '{}': 200 }],
    ['-sum(replicas)', { '{}': -3 }],
    ['sum(requests{app!~"check.*"} offset 10s)', { '{}': 1050 }],
    ['sum by (app) (requests{app=~"cat|check"})', {}],
    [`sum(rate({__name__="requests",app='checkout'}[1e1]))`, { '{}': 16 }],
  ])('%s', (query, expected) => {
    const actual = vector(ask(SHOP, query, 20));
    expect(Object.keys(actual).toSorted()).toEqual(Object.keys(expected).toSorted());
    for (const [labels, value] of Object.entries(expected)) expectSame(actual[labels], value);
  });

  test('numbers alone are scalars', () => {
    expect(ask(SHOP, '(1 + 2) * 4 / 8', 0)).toEqual({ type: 'scalar', value: 1.5 });
    expect(ask(SHOP, '2m', 0)).toEqual({ type: 'scalar', value: 120 });
  });
});

describe('time', () => {
  const rises: Given[] = [{ name: 'x', values: [...ramp(0, 11, 0), ...ramp(4, 10, 4)] }];

  test('a question about the past is answered from the past', () => {
    expect(vector(ask(rises, 'sum(rate(x[5s]))', 10))['{}']).toBe(0);
    expect(vector(ask(rises, 'sum(rate(x[5s]))', 20))['{}']).toBeCloseTo(4, 6);
    expect(vector(ask(rises, 'sum(rate(x[5s] offset 10s))', 20))['{}']).toBe(0);
  });

  test('before the first sample there is nothing, and one sample alone has no rate', () => {
    expect(vector(ask(rises, 'x', -1))).toEqual({});
    expect(vector(ask(rises, 'rate(x[5s])', 0.5))).toEqual({});
  });

  test('a series that is no longer scraped ends at once; its past still counts in a rate', () => {
    const gone: Given[] = [
      { name: 'x', labels: { pod: 'a' }, values: [...ramp(2, 10, 0), undefined, undefined] },
      { name: 'up', values: ramp(0, 12, 1) },
    ];
    expect(vector(ask(gone, 'x', 9))).toEqual({ '__name__=x,pod=a': 18 });
    expect(vector(ask(gone, 'x', 11))).toEqual({});
    expect(vector(ask(gone, 'sum(rate(x[10s]))', 11))['{}']).toBeGreaterThan(0);
  });

  test('a value is forgotten five minutes after the last scrape', () => {
    expect(vector(ask(rises, 'x', 20 + 299))).not.toEqual({});
    expect(vector(ask(rises, 'x', 20 + 300))).toEqual({});
  });
});

describe('counters', () => {
  test('a reset is not a loss: what was counted before is added back', () => {
    const restarted: Given[] = [{ name: 'x', values: [0, 10, 20, 30, 5, 15, 25, 35, 45, 55, 65] }];
    // 30 before the reset, 65 after it: 95 in 10 s.
    expect(vector(ask(restarted, 'sum(increase(x[20s]))', 10))['{}']).toBeCloseTo(95, 6);
  });

  test('any run of increments and resets: the increase is never negative, and never more than the steps can explain', () => {
    const step = fc.oneof(fc.nat({ max: 50 }), fc.constant('reset' as const));
    fc.assert(
      fc.property(fc.array(step, { minLength: 3, maxLength: 30 }), (steps) => {
        const values: number[] = [100];
        let counted = 0;
        for (const each of steps) {
          const last = values.at(-1) ?? 0;
          values.push(each === 'reset' ? 0 : last + each);
          counted += each === 'reset' ? 0 : each;
        }
        const seconds = values.length - 1;
        const grown = vector(ask([{ name: 'x', values }], `increase(x[${seconds + 1}s])`, seconds))['{}'] ?? 0;
        expect(grown).toBeGreaterThanOrEqual(0);
        // At most one more interval at the open edge of the window.
        expect(grown).toBeLessThanOrEqual((counted * (seconds + 1)) / seconds + 1e-6);
      }),
    );
  });
});

describe('queries that cannot be answered', () => {
  test.each([
    ['', 'no expression found in input'],
    ['sum(rate(', 'unexpected end of input'],
    ['sum(rate(x[10s])', 'unexpected end of input'],
    ['x y', 'unexpected "y"'],
    ['{}', 'at least one non-empty matcher'],
    ['{app=~".*"}', 'at least one non-empty matcher'],
    ['x{a=~"("}', 'error parsing regexp'],
    ['rate(x)', 'expected type range vector in call to function "rate", got instant vector'],
    ['rate(sum(x))', 'got instant vector'],
    ['sum(x[5s])', 'expected type instant vector in aggregation expression, got range vector'],
    ['vector(x)', 'expected type scalar in call to function "vector"'],
    ['x[5s] + 1', 'must contain only scalar and instant vector types'],
    ['x or 1', 'set operator "or" not allowed in binary scalar expression'],
    ['1 > 2', 'comparisons between scalars must use BOOL modifier'],
    ['x[0s]', 'duration must be greater than 0'],
    [String.raw`x{a="\q"}`, 'invalid escape'],
  ])('%j is malformed: bad_data', (query, message) => {
    expect(failure(query)).toMatchObject({ type: 'bad_data', message: expect.stringContaining(message) });
  });

  test.each([
    'histogram_quantile(0.99, sum by (le) (rate(x[5m])))',
    'avg(x)',
    'topk(3, x)',
    'sum without (pod) (x)',
    'x and y',
    'x / on (pod) y',
    'x > bool 1',
    'max_over_time(rate(x[1m])[5m:1s])',
    'x @ 1700000000',
    'label_replace(x, "a", "$1", "b", "(.*)")',
    '2 ^ 3',
    '"text"',
  ])('%s is PromQL, but more than this Prometheus does: execution', (query) => {
    expect(failure(query)).toMatchObject({ type: 'execution', message: expect.stringContaining('does not support') });
  });

  test('two series for one place in a division are refused, not chosen from', () => {
    const two: Given[] = [
      { name: 'a', values: [1, 1] },
      { name: 'b', values: [2, 2] },
    ];
    expect(() => ask(two, '{__name__=~"a|b"} / a', 1)).toThrow(/duplicate series .* left/);
    expect(() => ask(two, 'a / {__name__=~"a|b"}', 1)).toThrow(/duplicate series .* right/);
    expect(vector(ask(two, 'a or {__name__=~"a|b"}', 1))).toEqual({ '__name__=a': 1 });
  });

  test('whatever the text, parsing ends in an expression or in a PromqlError', () => {
    const words = [
      'sum',
      'rate',
      'x',
      '(',
      ')',
      '[5m]',
      '{',
      '}',
      'a="b"',
      'or',
      '/',
      '1',
      ',',
      'by',
      'offset',
      '-',
      '"',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 12 }), (picked) => {
        failure(picked.join(' '));
      }),
    );
  });
});

/** The error of a query, `undefined` when it is good; any other error than a PromqlError is thrown. */
function failure(query: string): PromqlError | undefined {
  try {
    parsePromql(query);
    return undefined;
  } catch (error) {
    if (error instanceof PromqlError) return error;
    throw error;
  }
}
