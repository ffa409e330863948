import { expect, test } from '@jest/globals';
import { Failure } from '../../../src/domain/failure.ts';
import { thingOf } from '../../../src/tools/kubernetes/ask.ts';
import type { KubernetesClient } from '../../../src/tools/kubernetes/client.ts';
import { controllerOf } from '../../../src/tools/kubernetes/controller.ts';

const signal = new AbortController().signal;

/** A client that finds just these objects; a Failure is thrown. */
function finding(objects: Record<string, unknown>): KubernetesClient {
  const never = () => Promise.reject(new Error('not asked for'));
  return {
    clusterUid: never,
    deployment: never,
    deployments: never,
    replicaSets: never,
    pods: never,
    events: never,
    log: never,
    putDeployment: never,
    find: async (ask) => {
      const found = objects[thingOf({ ...ask, verb: 'get' })] ?? null;
      if (found instanceof Error) throw found;
      return found;
    },
  };
}
const byArgo = {
  metadata: { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/checkout' } },
};
const application = (spec: object, annotations = {}) => ({
  'applications "shop" in namespace argocd': {
    metadata: { annotations },
    spec: { source: { repoURL: 'https://git/shop', path: 'k8s' }, ...spec },
    status: { sync: { revision: 'abc123' } },
  },
});
const automated = { syncPolicy: { automated: { prune: true } } };

test.each<[string, Record<string, unknown>, boolean]>([
  ['syncs by itself', application(automated), false],
  ['syncs only when told', application({}), true],
  ['is switched off', application({ syncPolicy: { automated: { enabled: false } } }), true],
  ['is told to skip', application(automated, { 'argocd.argoproj.io/skip-reconcile': 'true' }), true],
])('an Argo CD application that %s', async (_, objects, paused) => {
  expect(await controllerOf(finding(objects), byArgo, signal)).toEqual({
    owner: { kind: 'argocd', name: 'shop', paused },
    source: { repository: 'https://git/shop', path: 'k8s', commit: 'abc123' },
  });
});

test.each<[string, Record<string, unknown>]>([
  ['is not there', {}],
  ['may not be read', { 'applications "shop" in namespace argocd': new Failure('stop.forbidden', 'no') }],
  ['is not what it should be', { 'applications "shop" in namespace argocd': { spec: 7 } }],
])('an owner whose object %s counts as not paused', async (_, objects) => {
  const owner = { kind: 'argocd', name: 'shop', paused: false };
  expect(await controllerOf(finding(objects), byArgo, signal)).toEqual({ owner, source: null });
});

test('a cluster that does not answer is not "not paused": the read fails', async () => {
  const down = { 'applications "shop" in namespace argocd': new Failure('retry.unreachable', 'down') };
  await expect(controllerOf(finding(down), byArgo, signal)).rejects.toMatchObject({ type: 'retry.unreachable' });
});

const K = 'kustomize.toolkit.fluxcd.io';
const byFlux = { metadata: { labels: { [`${K}/name`]: 'apps', [`${K}/namespace`]: 'flux-system' } } };
const kustomization = (suspend: boolean) => ({
  'kustomizations "apps" in namespace flux-system': {
    spec: { suspend, path: './shop', sourceRef: { kind: 'GitRepository', name: 'deploy' } },
    status: { lastAppliedRevision: 'main@sha1:def456' },
  },
  'gitrepositories "deploy" in namespace flux-system': { spec: { url: 'ssh://git@github.com/shop/deploy' } },
});

test.each([true, false])('Flux: suspended %s, and the commit that it applied last', async (suspend) => {
  expect(await controllerOf(finding(kustomization(suspend)), byFlux, signal)).toEqual({
    owner: { kind: 'flux', name: 'flux-system/apps', paused: suspend },
    source: { repository: 'ssh://git@github.com/shop/deploy', path: './shop', commit: 'def456' },
  });
});

test('what the workload’s own annotations say of its source comes first', async () => {
  const annotations = { ...byArgo.metadata.annotations, 'belay.dev/repository': 'shop/deploy' };
  const { source } = await controllerOf(finding(application(automated)), { metadata: { annotations } }, signal);
  expect(source).toEqual({ repository: 'shop/deploy', commit: null, path: null });
});
