import type { Expression, Matcher, Operator, Selector } from './promql-ast.ts';
import { anchored } from './anchored.ts';
import { PromqlError } from './promql-error.ts';
import { increase } from './rate.ts';
import type { Labels, Sample, Series } from './sample-store.ts';

export interface Point {
  labels: Labels;
  value: number;
}

/** What a query yields at one time: a number, or a value per series. */
export type Value = { type: 'scalar'; value: number } | { type: 'vector'; points: Point[] };

/** A series without a sample for this long has no current value. */
const LOOKBACK_MS = 300_000;

const without = (labels: Labels, name: string): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => key !== name));

const identity = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));

function matches({ label, operator, value }: Matcher, labels: Labels): boolean {
  const actual = labels[label] ?? '';
  if (!operator.endsWith('~')) return (actual === value) === (operator === '=');
  return anchored(value).test(actual) === (operator === '=~');
}

const select = (series: Series[], { matchers }: Selector): Series[] =>
  series.filter(({ labels }) => matchers.every((matcher) => matches(matcher, labels)));

/** The index of the first sample later than a time; there are thousands, so it is searched by halves. */
function firstAfter(samples: Series['samples'], time: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.at ?? time) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function instant(series: Series[], selector: Selector, at: number): Point[] {
  const time = at - selector.offsetMs;
  return select(series, selector).flatMap(({ labels, samples }) => {
    const last = samples[firstAfter(samples, time) - 1];
    if (!last || 'stale' in last || last.at <= time - LOOKBACK_MS) return [];
    return [{ labels, value: last.value }];
  });
}

function rate(series: Series[], selector: Selector, at: number, perSecond: boolean): Point[] {
  const end = at - selector.offsetMs;
  const range = selector.rangeMs ?? 0;
  return select(series, selector).flatMap(({ labels, samples }) => {
    const window = samples.slice(firstAfter(samples, end - range), firstAfter(samples, end));
    const within = window.filter((each): each is Sample => !('stale' in each));
    const grown = increase(within, end - range, end);
    if (grown === undefined) return [];
    return [{ labels: without(labels, '__name__'), value: perSecond ? grown / (range / 1000) : grown }];
  });
}

function sum(points: Point[], by: string[]): Point[] {
  const groups = new Map<string, Point>();
  for (const { labels, value } of points) {
    const kept = Object.fromEntries(by.flatMap((name) => (labels[name] ? [[name, labels[name]]] : [])));
    const key = identity(kept);
    groups.set(key, { labels: kept, value: (groups.get(key)?.value ?? 0) + value });
  }
  return [...groups.values()];
}

const ARITHMETIC: Partial<Record<Operator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
};

const COMPARISON: Partial<Record<Operator, (left: number, right: number) => boolean>> = {
  '>': (left, right) => left > right,
  '<': (left, right) => left < right,
  '>=': (left, right) => left >= right,
  '<=': (left, right) => left <= right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
};

/** One point of a binary expression; a comparison keeps the vector side's value and its name, arithmetic drops the name. */
function combine(operator: Operator, point: Point, left: number, right: number): Point[] {
  if (COMPARISON[operator]) return COMPARISON[operator](left, right) ? [point] : [];
  return [{ labels: without(point.labels, '__name__'), value: ARITHMETIC[operator]?.(left, right) ?? Number.NaN }];
}

const keyOf = ({ labels }: Point): string => identity(without(labels, '__name__'));

function union(left: Point[], right: Point[]): Point[] {
  const present = new Set(left.map(keyOf));
  return [...left, ...right.filter((point) => !present.has(keyOf(point)))];
}

function pair(operator: Operator, left: Point[], right: Point[]): Point[] {
  const others = new Map(right.map((point) => [keyOf(point), point]));
  if (others.size < right.length) throw duplicates('right');
  if (new Set(left.map(keyOf)).size < left.length) throw duplicates('left');
  return left.flatMap((point) => {
    const other = others.get(keyOf(point));
    return other ? combine(operator, point, point.value, other.value) : [];
  });
}

const duplicates = (side: string): PromqlError =>
  new PromqlError('execution', `found duplicate series for the match group on the ${side} hand-side of the operation`);

/** The value of an expression at a time in ms. @throws PromqlError `execution` when two sides of an operator do not match one to one */
export function evaluatePromql(expression: Expression, series: Series[], at: number): Value {
  switch (expression.type) {
    case 'number':
      return { type: 'scalar', value: expression.value };
    case 'selector':
      return { type: 'vector', points: instant(series, expression, at) };
    case 'rate':
      return { type: 'vector', points: rate(series, expression.of, at, expression.name === 'rate') };
    case 'vector':
    case 'sum': {
      const of = evaluatePromql(expression.of, series, at);
      const points = of.type === 'vector' ? of.points : [{ labels: {}, value: of.value }];
      return { type: 'vector', points: expression.type === 'sum' ? sum(points, expression.by) : points };
    }
    case 'binary':
      return binary(expression, series, at);
  }
}

function binary({ operator, left, right }: Expression & { type: 'binary' }, series: Series[], at: number): Value {
  const [a, b] = [evaluatePromql(left, series, at), evaluatePromql(right, series, at)];
  if (a.type === 'scalar' && b.type === 'scalar') {
    return { type: 'scalar', value: ARITHMETIC[operator]?.(a.value, b.value) ?? Number.NaN };
  }
  if (a.type === 'vector' && b.type === 'vector') {
    return {
      type: 'vector',
      points: operator === 'or' ? union(a.points, b.points) : pair(operator, a.points, b.points),
    };
  }
  const points =
    a.type === 'vector'
      ? a.points.flatMap((point) => combine(operator, point, point.value, b.type === 'scalar' ? b.value : Number.NaN))
      : (b.type === 'vector' ? b.points : []).flatMap((point) => combine(operator, point, a.value, point.value));
  return { type: 'vector', points };
}
