import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Alert } from '../../src/domain/alert.ts';
import type { Json } from '../../src/domain/json.ts';
import { alertmanager, MAX_ALERTS } from '../../src/intake/sources/alertmanager.ts';
import { alertOf, deliveryOf } from './deliveries.ts';

const parse = (body: Json) => alertmanager.parse(body);
const one = (changes: Record<string, Json>) => parse(deliveryOf({ alerts: [{ ...alertOf(), ...changes }] }))[0];
const without = (name: string): Json =>
  deliveryOf({ alerts: [Object.fromEntries(Object.entries(alertOf()).filter(([key]) => key !== name))] });

describe('an Alertmanager delivery', () => {
  test('becomes alerts in its order, each as the domain wants it', () => {
    const alerts = parse(
      deliveryOf({
        alerts: [
          alertOf(),
          alertOf({ fingerprint: 'b'.repeat(16), status: 'resolved', endsAt: '2026-01-02T04:00:00Z' }),
        ],
      }),
    );
    for (const alert of alerts) expect(Alert.parse(alert)).toEqual(alert);
    expect(alerts.map(({ status, endsAt }) => [status, endsAt])).toEqual([
      ['firing', null],
      ['resolved', '2026-01-02T04:00:00.000Z'],
    ]);
  });

  test.each<[string, Json, RegExp]>([
    ['null', null, /the body/],
    ['a list', [], /the body/],
    ['a string', 'x', /the body/],
    ['zero', 0, /the body/],
    [
      'version 3 with a large number as group key',
      deliveryOf({ version: '3', groupKey: 2 ** 64 }),
      /^version .*"4".*groupKey is not a string/,
    ],
    ['version 4 as a number', deliveryOf({ version: 4 }), /^version/],
    ['no version', { alerts: [] }, /^version/],
    ['alerts that are no list', deliveryOf({ alerts: { 0: alertOf() } }), /^alerts is not a list/],
    ['no alerts field', { version: '4' }, /^alerts/],
    ['an alert that is no object', deliveryOf({ alerts: [7] }), /^alerts\[0\]/],
    ['an alert without a status', without('status'), /^alerts\[0\]\.status/],
    ['status FIRING', deliveryOf({ alerts: [alertOf({ status: 'FIRING' })] }), /^alerts\[0\]\.status is neither/],
    ['an alert without labels', without('labels'), /^alerts\[0\]\.labels/],
    [
      'an alert with no label in its labels',
      deliveryOf({ alerts: [alertOf({ labels: {} })] }),
      /^alerts\[0\]\.labels is empty/,
    ],
    [
      'a label that is a number',
      deliveryOf({ alerts: [alertOf(), alertOf({ labels: { a: 'b', port: 80 } })] }),
      /^alerts\[1\]\.labels\.port is not a string/,
    ],
    ['a label that is null', deliveryOf({ alerts: [alertOf({ labels: { a: null } })] }), /labels\.a is not a string/],
    [
      'an annotation that is an object',
      deliveryOf({ alerts: [alertOf({ annotations: { summary: {} } })] }),
      /annotations\.summary is not a string/,
    ],
    [
      'more labels than anybody writes',
      deliveryOf({
        alerts: [alertOf({ labels: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`l${i}`, 'x'])) })],
      }),
      /labels has more than 100/,
    ],
    [
      'startsAt without a zone',
      deliveryOf({ alerts: [alertOf({ startsAt: '2026-01-02T03:04:05' })] }),
      /^alerts\[0\]\.startsAt is not an RFC 3339 time with a zone/,
    ],
    ['no startsAt', without('startsAt'), /startsAt/],
    ['an empty fingerprint', deliveryOf({ alerts: [alertOf({ fingerprint: '' })] }), /fingerprint is empty/],
    [
      'too many alerts',
      deliveryOf({ alerts: Array.from({ length: MAX_ALERTS + 1 }, () => alertOf()) }),
      /^alerts has more than 1000 alerts; set max_alerts/,
    ],
  ])('%s is refused, naming the field', (_what, body, message) => {
    expect(() => parse(body)).toThrow(message);
    expect(() => parse(body)).toThrow(expect.objectContaining({ type: 'stop.invalid-input' }));
  });

  test('all its problems are in one message, up to twenty', () => {
    const alerts = Array.from({ length: 30 }, () => alertOf({ status: 'odd' }));
    expect(() => parse(deliveryOf({ alerts }))).toThrow(/alerts\[19\]\.status.*and 10 more problems$/);
  });

  test('no alerts is nothing to do, and unknown fields are none of our business', () => {
    expect(parse(deliveryOf({ alerts: [], truncatedAlerts: 9 }))).toEqual([]);
    expect(one({ silenceURL: 'x', dashboardURL: '' })).toBeDefined();
  });

  test('an alert may have no name, no annotations, and no address of its generator', () => {
    const body = without('annotations');
    expect(parse(body)[0]?.annotations).toEqual({});
    expect(one({ labels: { job: 'x' }, generatorURL: '' })).toMatchObject({ labels: { job: 'x' }, generatorUrl: null });
  });

  test("Go's zero time is no end; a firing alert has none", () => {
    expect(one({ status: 'resolved', endsAt: '0001-01-01T00:00:00Z' })?.endsAt).toBeNull();
    expect(one({ status: 'firing', endsAt: '2026-01-02T04:00:00Z' })?.endsAt).toBeNull();
  });

  test('times keep their instant: other zones, nanoseconds, the future', () => {
    expect(one({ startsAt: '2017-08-03T15:17:37.804-04:00' })?.startsAt).toBe('2017-08-03T19:17:37.804Z');
    expect(one({ startsAt: '2022-06-17T01:04:00.782137894Z' })?.startsAt).toBe('2022-06-17T01:04:00.782Z');
    expect(one({ startsAt: '2999-01-01T00:00:00Z' })?.startsAt).toBe('2999-01-01T00:00:00.000Z');
  });

  test('control characters and those that turn text around are replaced; long text is cut', () => {
    const alert = one({
      labels: { a: 'x\u0000\u001b[31my\u202e', '\u0007bell': '1', long: 'z'.repeat(65_536) },
      annotations: { a: 'one\ntwo\u0000' },
    });
    expect(alert?.labels).toMatchObject({ a: 'x��[31my�', '�bell': '1' });
    expect(alert?.labels['long']).toHaveLength(2000);
    expect(alert?.annotations).toEqual({ a: 'one\ntwo�' });
  });

  test('whatever strings come in labels, what goes on can be stored and shown', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 });
    const labels = fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      text,
      { minKeys: 1, maxKeys: 5 },
    );
    fc.assert(
      fc.property(labels, (given) => {
        const alert = one({ labels: given });
        expect(Alert.safeParse(alert).success).toBe(true);
        expect(JSON.stringify(alert)).not.toMatch(/\\u0000|\\ud[89ab]/);
      }),
    );
  });
});

describe("an alert's identity", () => {
  test("is Alertmanager's fingerprint, or a hash of the labels that does not know their order", () => {
    expect(one({})?.fingerprint).toBe('a'.repeat(16));
    const bare = (labels: Record<string, string>) => {
      const { fingerprint: _, ...rest } = alertOf({ labels });
      return parse(deliveryOf({ alerts: [rest] }))[0]?.fingerprint;
    };
    expect(bare({ a: '1', b: '2' })).toBe(bare({ b: '2', a: '1' }));
    expect(bare({ a: '1', b: '2' })).not.toBe(bare({ a: '1', b: '3' }));
    expect(bare({ a: '1' })).toMatch(/^[0-9a-f]{32}$/);
  });

  const group = (delivery: Record<string, Json>, alert: Record<string, Json> = {}) =>
    parse(deliveryOf({ ...delivery, alerts: [alertOf(alert)] }))[0]?.group;

  test('is in one incident with what its group key says, whatever else its labels are', () => {
    expect(group({}, { labels: { pod: 'a' } })).toBe(group({}, { labels: { pod: 'b' } }));
    expect(group({})).not.toBe(group({ groupKey: '{}:{alertname="Other"}' }));
    expect(group({})).toMatch(/^[0-9a-f]{32}$/);
  });

  test('is an incident of its own where Alertmanager groups everything together', () => {
    const all = { groupKey: '{}:{}', groupLabels: {} };
    expect(group(all, { labels: { pod: 'a' } })).not.toBe(group(all, { labels: { pod: 'b' } }));
    expect(group(all, { labels: { pod: 'a' } })).toBe(group(all, { labels: { pod: 'a' }, status: 'resolved' }));
  });
});
