import { expect, test } from '@jest/globals';
import { selectorOf } from '../../../src/tools/kubernetes/deployment-state.ts';
import { rolledOutAt } from '../../../src/tools/kubernetes/rolled-out-at.ts';
import { revisionHash, templateHash } from '../../../src/tools/kubernetes/template.ts';
import { templateDiff } from '../../../src/tools/kubernetes/template-diff.ts';
import type { PodTemplate } from '../../../src/tools/kubernetes/wire.ts';

const template = (image: string, env: { name: string; value: string }[] = []): PodTemplate => ({
  metadata: { labels: { app: 'checkout' } },
  spec: { containers: [{ name: 'app', image, env }] },
});
const base = template('checkout:1');

test.each<[string, PodTemplate, boolean, boolean]>([
  [
    'the hash label of a ReplicaSet',
    { ...base, metadata: { labels: { app: 'checkout', 'pod-template-hash': 'x1' } } },
    true,
    true,
  ],
  ['empty annotations', { ...base, metadata: { labels: { app: 'checkout' }, annotations: {} } }, true, true],
  [
    'a restart',
    { ...base, metadata: { ...base.metadata, annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } },
    true,
    false,
  ],
  [
    'a mark of Belay',
    { ...base, metadata: { ...base.metadata, annotations: { 'belay.dev/action': 'r-00000000/1' } } },
    true,
    false,
  ],
  [
    "somebody's annotation",
    { ...base, metadata: { ...base.metadata, annotations: { 'config/hash': '1' } } },
    false,
    false,
  ],
  ['another image', template('checkout:2'), false, false],
])('%s: same version, same revision', (_, other, sameVersion, sameRevision) => {
  expect(templateHash(other) === templateHash(base)).toBe(sameVersion);
  expect(revisionHash(other) === revisionHash(base)).toBe(sameRevision);
});

test('a diff shows that a secret changed and never which values it had', () => {
  const from = {
    label: 'revision 1',
    template: template('checkout:1', [
      { name: 'API_KEY', value: 'aaa111' },
      { name: 'TOKEN', value: 'same22' },
    ]),
  };
  const to = {
    label: 'revision 2',
    template: template('checkout:1', [
      { name: 'API_KEY', value: 'bbb333' },
      { name: 'TOKEN', value: 'same22' },
    ]),
  };
  const diff = templateDiff(from, to);
  expect(diff.split('\n').filter((line) => /^[-+] /.test(line))).toHaveLength(2);
  for (const value of ['aaa111', 'bbb333', 'same22']) expect(diff).not.toContain(value);
  expect(templateDiff(from, from)).toBe('');
});

test('a diff too long for a card is cut and says so', () => {
  const many = Array.from({ length: 2000 }, (_, index) => ({ name: `SETTING_${index}`, value: 'x'.repeat(20) }));
  const diff = templateDiff({ label: 'a', template: template('i', many) }, { label: 'b', template: template('i') });
  expect(diff.length).toBeLessThanOrEqual(20_000);
  expect(diff).toMatch(/characters of the diff left out\]\n$/);
});

test('a selector never selects everything', () => {
  const selector = {
    matchLabels: { app: 'checkout' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      { key: 'old', operator: 'DoesNotExist' },
    ],
  };
  expect(selectorOf({ spec: { selector, template: base } })).toBe('app=checkout,tier in (a,b),!old');
  expect(() => selectorOf({ metadata: { name: 'checkout' }, spec: { selector: {}, template: base } })).toThrow(
    'empty selector',
  );
});

test.each<[string, Record<string, string>, string | null]>([
  ['a new ReplicaSet tells by its age', {}, '2026-11-01T00:00:00.000Z'],
  [
    'a re-used one does not: the template’s last change tells',
    { 'deployment.kubernetes.io/revision-history': '1' },
    '2026-11-03T00:00:00.000Z',
  ],
])('%s', (_, annotations, at) => {
  const spec = { 'f:spec': { 'f:template': {} } };
  const managedFields = [
    { time: '2026-11-02T00:00:00Z', fieldsV1: spec },
    { time: '2026-11-03T00:00:00Z', fieldsV1: spec },
    { time: '2026-11-04T00:00:00Z', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
    { time: '2026-11-05T00:00:00Z', subresource: 'status', fieldsV1: spec },
  ];
  const replicaSet = { metadata: { creationTimestamp: '2026-11-01T00:00:00Z', annotations } };
  const current = { revision: 3, replicaSet, template: base, templateHash: templateHash(base), images: [] };
  const state = {
    uid: 'u',
    deployment: { metadata: { managedFields } },
    template: base,
    templateHash: templateHash(base),
  };
  expect(rolledOutAt({ ...state, replicaSets: [], revisions: [current], current })).toBe(at);
  expect(rolledOutAt({ ...state, replicaSets: [], revisions: [], current: null })).toBeNull();
});
