import { expect, test } from '@jest/globals';
import type { Owner } from '../../../src/domain/action.ts';
import { gitSourceOf } from '../../../src/tools/kubernetes/git-source.ts';
import { ownerOf } from '../../../src/tools/kubernetes/owner.ts';

type Marks = Record<string, string>;
const K = 'kustomize.toolkit.fluxcd.io';
const H = 'helm.toolkit.fluxcd.io';

test.each<[string, Marks, Marks, Owner | null]>([
  ['nobody', { app: 'checkout' }, {}, null],
  [
    'Argo CD by tracking id',
    {},
    { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/checkout' },
    { kind: 'argocd', name: 'shop', paused: false },
  ],
  ['Argo CD by label', { 'argocd.argoproj.io/instance': 'shop' }, {}, { kind: 'argocd', name: 'shop', paused: false }],
  [
    'Flux by kustomization',
    { [`${K}/name`]: 'apps', [`${K}/namespace`]: 'flux-system' },
    {},
    { kind: 'flux', name: 'flux-system/apps', paused: false },
  ],
  [
    'Flux that is told to keep off',
    { [`${K}/name`]: 'apps' },
    { [`${K}/reconcile`]: 'disabled' },
    { kind: 'flux', name: 'apps', paused: true },
  ],
  [
    'Flux by Helm release, not Helm',
    { [`${H}/name`]: 'shop', 'app.kubernetes.io/managed-by': 'Helm' },
    { 'meta.helm.sh/release-name': 'shop' },
    { kind: 'flux', name: 'shop', paused: false },
  ],
  [
    'Helm',
    { 'app.kubernetes.io/managed-by': 'Helm' },
    { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'prod' },
    { kind: 'helm', name: 'prod/shop', paused: false },
  ],
  ['a label that only says Helm', { 'app.kubernetes.io/managed-by': 'Helm' }, {}, null],
])('owner: %s', (_, labels, annotations, owner) => {
  expect(ownerOf({ metadata: { labels, annotations } })).toEqual(owner);
});

test('the Git source is read from annotations, of the object before those of its template', () => {
  const template = { metadata: { annotations: { 'belay.dev/repository': 'shop/old', 'belay.dev/path': 'k8s' } } };
  const spec = { selector: {}, template };
  expect(gitSourceOf({ metadata: {}, spec })).toEqual({ repository: 'shop/old', commit: null, path: 'k8s' });
  const annotations = { 'belay.dev/repository': 'shop/deploy', 'org.opencontainers.image.revision': 'abc123' };
  expect(gitSourceOf({ metadata: { annotations }, spec })).toEqual({
    repository: 'shop/deploy',
    commit: 'abc123',
    path: 'k8s',
  });
  expect(gitSourceOf({ metadata: {} })).toBeNull();
});
