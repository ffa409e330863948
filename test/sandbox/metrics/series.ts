import { evaluatePromql } from '../../../sandbox/metrics/evaluate-promql.ts';
import type { Value } from '../../../sandbox/metrics/evaluate-promql.ts';
import { parsePromql } from '../../../sandbox/metrics/parse-promql.ts';
import { SampleStore } from '../../../sandbox/metrics/sample-store.ts';
import type { Labels } from '../../../sandbox/metrics/sample-store.ts';

/** The time of the first sample, in ms. */
export const T0 = 1_700_000_000_000;

/** One value a second from `T0`; a hole is a scrape in which the series was not there. */
export interface Given {
  name: string;
  labels?: Labels;
  values: (number | undefined)[];
}

export function storeOf(given: Given[]): SampleStore {
  const store = new SampleStore();
  const seconds = Math.max(...given.map(({ values }) => values.length));
  for (let second = 0; second < seconds; second += 1) {
    const samples = given.flatMap(({ name, labels, values }) => {
      const value = values[second];
      return value === undefined ? [] : [{ labels: { __name__: name, ...labels }, value }];
    });
    store.record(T0 + second * 1000, samples);
  }
  return store;
}

/** What a query yields so many seconds after `T0`. */
export const ask = (given: Given[], query: string, seconds: number): Value =>
  evaluatePromql(parsePromql(query), storeOf(given).all(), T0 + seconds * 1000);

/** The values of a vector by its labels, written `code=500`; `{}` for none. */
export function vector(value: Value): Record<string, number> {
  if (value.type !== 'vector') throw new Error('not a vector');
  return Object.fromEntries(
    value.points.map((point) => {
      const labels = Object.entries(point.labels).map(([name, label]) => `${name}=${label}`);
      return [labels.toSorted().join(',') || '{}', point.value];
    }),
  );
}
