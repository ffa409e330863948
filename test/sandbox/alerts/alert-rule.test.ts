import { describe, expect, test } from '@jest/globals';
import { AlertRule } from '../../../sandbox/alerts/alert-rule.ts';
import { storeOf, T0 } from '../metrics/series.ts';
import type { Given } from '../metrics/series.ts';

const counter = (code: string, perSecond: (second: number) => number, seconds: number): Given => {
  const values: number[] = [0];
  for (let second = 1; second <= seconds; second += 1) values.push((values.at(-1) ?? 0) + perSecond(second));
  return { name: 'http_requests_total', labels: { namespace: 'shop', deployment: 'checkout', pod: 'a', code }, values };
};

/** The state of the rule each second, when so many of 100 requests a second fail. */
function states(failing: (second: number) => number, seconds: number): string[] {
  const rule = new AlertRule(
    storeOf([counter('200', (s) => 100 - failing(s), seconds), counter('500', failing, seconds)]),
  );
  return Array.from({ length: seconds + 1 }, (_, second) => {
    rule.evaluate(T0 + second * 1000);
    return rule.alerts()[0]?.state ?? 'inactive';
  });
}

describe('HighErrorRate', () => {
  test('is inactive up to 5 %', () => {
    expect(new Set(states(() => 5, 30))).toEqual(new Set(['inactive']));
  });

  test('is pending for 3 s, then fires', () => {
    const seen = states((second) => (second > 12 ? 80 : 0), 30);
    const first = seen.indexOf('pending');
    expect(first).toBeGreaterThan(12);
    expect(seen.slice(first, first + 4)).toEqual(['pending', 'pending', 'pending', 'firing']);
    expect(seen.at(-1)).toBe('firing');
  });

  test('a peak shorter than that never fires', () => {
    const seen = states((second) => (second === 15 ? 8 : 0), 40);
    expect(seen).not.toContain('firing');
  });

  test('ends when the failures have left its window of 10 s', () => {
    const seen = states((second) => (second > 12 && second <= 25 ? 50 : 0), 50);
    expect(seen[25]).toBe('firing');
    expect(seen[37]).toBe('inactive');
  });

  test('no requests at all is no alert, and no share', () => {
    const rule = new AlertRule(storeOf([{ name: 'other', values: [1, 1] }]));
    rule.evaluate(T0 + 1000);
    expect(rule.alerts()).toEqual([]);
    expect(rule.ratio).toBeNaN();
  });

  test('carries the labels that lead to its target', () => {
    const rule = new AlertRule(storeOf([counter('500', () => 10, 20)]));
    rule.evaluate(T0 + 15_000);
    rule.evaluate(T0 + 19_000);
    expect(rule.alerts()).toMatchObject([
      {
        state: 'firing',
        labels: {
          alertname: 'HighErrorRate',
          severity: 'critical',
          cluster: 'belay-sandbox',
          namespace: 'shop',
          deployment: 'checkout',
        },
        annotations: { summary: 'checkout in shop fails 100.0 % of its requests', description: expect.any(String) },
        activeAt: new Date(T0 + 15_000).toISOString(),
      },
    ]);
  });
});
