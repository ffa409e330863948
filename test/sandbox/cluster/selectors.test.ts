import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../sandbox/cluster/objects.ts';
import { fieldSelector, labelSelector } from '../../../sandbox/cluster/selectors.ts';

const object = (labels: Record<string, string>, more: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'shop', uid: 'u', resourceVersion: '1', creationTimestamp: '', labels },
  ...more,
});

const POD = object({ app: 'checkout', tier: 'web', 'app.kubernetes.io/part-of': 'shop' });

describe('label selectors', () => {
  test.each([
    ['', true],
    ['app=checkout', true],
    ['app==checkout,tier=web', true],
    ['app=catalog', false],
    ['app!=catalog', true],
    ['missing!=x', true],
    ['app in (catalog, checkout),tier', true],
    ['app notin (catalog)', true],
    ['app notin (checkout)', false],
    ['!missing', true],
    ['!app', false],
    ['app.kubernetes.io/part-of=shop', true],
    ['constructor', false],
  ])('%j: %p', (selector, expected) => {
    expect(labelSelector(selector)(POD)).toBe(expected);
  });

  test.each(['a=b=c', 'app in checkout', 'a b', '=x', 'a=(b)'])('%j is refused', (selector) => {
    expect(() => labelSelector(selector)).toThrow(expect.objectContaining({ code: 400 }));
  });
});

describe('field selectors', () => {
  const event = { ...object({}, { involvedObject: { kind: 'Pod', name: 'p' }, reason: 'BackOff' }), kind: 'Event' };

  test.each([
    ['involvedObject.name=p,reason=BackOff', true],
    ['involvedObject.name=q', false],
    ['involvedObject.kind!=Deployment', true],
    ['involvedObject.uid=', true],
    ['metadata.namespace=shop', true],
  ])('%j: %p', (selector, expected) => {
    expect(fieldSelector(selector, 'Event')(event)).toBe(expected);
  });

  test.each(['spec.nothing=1', 'reason', 'involvedObject.name'])('%j is refused', (selector) => {
    expect(() => fieldSelector(selector, 'Event')).toThrow(expect.objectContaining({ code: 400 }));
  });

  test('a field of one kind is none of another', () => {
    expect(() => fieldSelector('involvedObject.name=p', 'Pod')).toThrow(/field label not supported/);
  });
});
