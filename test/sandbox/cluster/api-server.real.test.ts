import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  EventsV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { startCluster } from '../../../sandbox/cluster/start-cluster.ts';
import type { Cluster } from '../../../sandbox/cluster/start-cluster.ts';
import { until } from '../../support/until.ts';

const checkout = { namespace: 'shop', name: 'checkout' };
const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

let cluster: Cluster;
let config: KubeConfig;
let apps: AppsV1Api;
let core: CoreV1Api;

beforeAll(async () => {
  cluster = await startCluster(0);
  config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig);
  apps = config.makeApiClient(AppsV1Api);
  core = config.makeApiClient(CoreV1Api);
  await until(
    'checkout is up',
    async () => (await apps.readNamespacedDeployment(checkout)).status?.availableReplicas === 3,
    {
      within: 30_000,
    },
  );
}, 60_000);

afterAll(() => cluster?.stop());

/** The Status a call is refused with. */
async function refusal(
  call: Promise<unknown>,
): Promise<{ code: number; reason: string; message: string; kind: string }> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiException)) throw error;
  return JSON.parse(String(error.body));
}

describe('reading', () => {
  test('the context is belay-sandbox, and kube-system has a uid that stays: the identity of the cluster', async () => {
    expect(config.getCurrentContext()).toBe('belay-sandbox');
    expect(config.getCurrentCluster()?.name).toBe('belay-sandbox');
    const [first, second] = [
      await core.readNamespace({ name: 'kube-system' }),
      await core.readNamespace({ name: 'kube-system' }),
    ];
    expect(first.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(second.metadata?.uid).toBe(first.metadata?.uid);
  });

  test('Deployments, ReplicaSets and pods are listed, and chosen by label', async () => {
    const deployments = await apps.listNamespacedDeployment({ namespace: 'shop' });
    expect(deployments.items.map(({ metadata }) => metadata?.name)).toEqual(['checkout', 'catalog', 'payments']);
    const sets = await apps.listNamespacedReplicaSet({ namespace: 'shop', labelSelector: 'app=checkout' });
    expect(sets.items.map(({ metadata }) => metadata?.annotations?.['deployment.kubernetes.io/revision'])).toEqual([
      '1',
    ]);
    const pods = await core.listNamespacedPod({ namespace: 'shop', labelSelector: 'app in (checkout,payments)' });
    expect(pods.items).toHaveLength(5);
    expect(pods.items[0]?.status?.containerStatuses?.[0]).toMatchObject({
      image: expect.stringMatching(/^registry\.example\//),
      restartCount: 0,
    });
    expect(await apps.listNamespacedStatefulSet({ namespace: 'shop' })).toMatchObject({ items: [] });
  });

  test('events are chosen by the object they are about, in both APIs', async () => {
    const fieldSelector = 'involvedObject.kind=Deployment,involvedObject.name=checkout';
    const events = await core.listNamespacedEvent({ namespace: 'shop', fieldSelector });
    expect(events.items).toMatchObject([
      { reason: 'ScalingReplicaSet', type: 'Normal', involvedObject: { name: 'checkout' } },
    ]);
    const newer = await config.makeApiClient(EventsV1Api).listNamespacedEvent({ namespace: 'shop' });
    expect(newer.items.find(({ regarding }) => regarding?.name === 'checkout')).toMatchObject({
      reason: 'ScalingReplicaSet',
    });
  });

  test('the log is what the process wrote; there is no previous one before a restart', async () => {
    const [pod] = (await core.listNamespacedPod({ namespace: 'shop', labelSelector: 'app=checkout' })).items;
    const name = pod?.metadata?.name ?? '';
    const where = { namespace: 'shop', name };
    expect(await core.readNamespacedPodLog({ ...where, container: 'checkout' })).toMatch(
      /checkout 2\.3\.1 listening on :8080\n/,
    );
    expect(await core.readNamespacedPodLog({ ...where, tailLines: 0 })).toBe('');
    expect(await core.readNamespacedPodLog({ ...where, tailLines: 1, sinceSeconds: 600 })).toMatch(/^\S+ INFO .*\n$/);
    expect(await refusal(core.readNamespacedPodLog({ ...where, previous: true }))).toMatchObject({
      code: 400,
      message: `previous terminated container "checkout" in pod "${name}" not found`,
    });
    expect(await refusal(core.readNamespacedPodLog({ ...where, container: 'other' }))).toMatchObject({ code: 400 });
    expect(await refusal(core.readNamespacedPodLog({ ...where, tailLines: -1 }))).toMatchObject({ code: 422 });
  });
});

describe('who may do what', () => {
  const as = (edit: (copy: KubeConfig) => void): AppsV1Api => {
    const copy = new KubeConfig();
    copy.loadFromString(cluster.kubeconfig);
    edit(copy);
    return copy.makeApiClient(AppsV1Api);
  };

  test('without a valid token nothing is told: 401', async () => {
    const stranger = as((copy) => {
      copy.users = copy.users.map((user) => ({ ...user, token: 'wrong' }));
    });
    await expect(stranger.listNamespacedDeployment({ namespace: 'shop' })).rejects.toMatchObject({ code: 401 });
  });

  test('the viewer reads and changes nothing: 403', async () => {
    const viewer = as((copy) => copy.setCurrentContext('belay-sandbox-viewer'));
    const { metadata } = await viewer.readNamespacedDeployment(checkout);
    expect(metadata?.name).toBe('checkout');
    for (const call of [
      viewer.patchNamespacedDeployment({ ...checkout, body: { spec: { replicas: 0 } } }, merge),
      viewer.patchNamespacedDeploymentScale({ ...checkout, body: { spec: { replicas: 0 } } }, merge),
    ]) {
      expect(await refusal(call)).toMatchObject({
        code: 403,
        reason: 'Forbidden',
        message: expect.stringContaining('User "viewer" cannot patch resource "deployments'),
      });
    }
    expect((await viewer.readNamespacedDeployment(checkout)).metadata?.resourceVersion).toBe(metadata?.resourceVersion);
  });
});

describe('refusals', () => {
  test('what is not there is 404, by its name', async () => {
    expect(await refusal(apps.readNamespacedDeployment({ ...checkout, name: 'nothing' }))).toMatchObject({
      kind: 'Status',
      code: 404,
      reason: 'NotFound',
      message: 'deployments.apps "nothing" not found',
    });
  });

  test('a verb that a kind does not have is 405, an unknown selector 400', async () => {
    expect(await refusal(apps.deleteNamespacedDeployment(checkout))).toMatchObject({ code: 405 });
    const unknown = core.listNamespacedEvent({ namespace: 'shop', fieldSelector: 'spec.nothing=1' });
    expect(await refusal(unknown)).toMatchObject({ code: 400, reason: 'BadRequest' });
  });

  test.each([
    [{ spec: { replicas: -1 } }, 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    [{ spec: { replicas: 'many' } }, 'spec.replicas'],
    [{ spec: { selector: { matchLabels: { app: 'other' } } } }, 'spec.selector'],
    [{ spec: { template: { metadata: { labels: { app: null } } } } }, 'does not match template `labels`'],
    [
      { spec: { template: { spec: { containers: [] } } } },
      'spec.template.spec.containers: Invalid value: []: Required value',
    ],
    [{ spec: { template: { spec: { containers: [{ name: 'x', image: 'no image' }] } } } }, 'containers[0].image'],
  ])('%j is 422 and changes nothing', async (body, message) => {
    const before = await apps.readNamespacedDeployment(checkout);
    expect(await refusal(apps.patchNamespacedDeployment({ ...checkout, body }, merge))).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: expect.stringContaining(message),
    });
    expect((await apps.readNamespacedDeployment(checkout)).metadata?.generation).toBe(before.metadata?.generation);
  });
});

describe('changing', () => {
  test('dry-run answers what would be, and changes nothing', async () => {
    const before = await apps.readNamespacedDeployment(checkout);
    const body = { spec: { replicas: 7 } };
    const would = await apps.patchNamespacedDeployment({ ...checkout, body, dryRun: 'All' }, merge);
    expect(would.spec?.replicas).toBe(7);
    expect(would.metadata?.generation).toBe((before.metadata?.generation ?? 0) + 1);
    const scale = await apps.patchNamespacedDeploymentScale({ ...checkout, body, dryRun: 'All' }, merge);
    expect(scale.spec?.replicas).toBe(7);
    expect(await apps.readNamespacedDeployment(checkout)).toEqual(before);
    expect(await refusal(apps.patchNamespacedDeployment({ ...checkout, body, dryRun: 'Some' }, merge))).toMatchObject({
      code: 422,
    });
  });

  test('a resourceVersion in the body is a comparison: a stale one is 409, in PUT, PATCH and scale alike', async () => {
    const [read, scale] = [
      await apps.readNamespacedDeployment(checkout),
      await apps.readNamespacedDeploymentScale(checkout),
    ];
    for (const { metadata } of [read, scale]) if (metadata) metadata.resourceVersion = '1';
    const body = { metadata: { resourceVersion: '1' }, spec: { replicas: 4 } };
    for (const call of [
      apps.replaceNamespacedDeployment({ ...checkout, body: read }),
      apps.patchNamespacedDeployment({ ...checkout, body }, merge),
      apps.replaceNamespacedDeploymentScale({ ...checkout, body: scale }),
      apps.patchNamespacedDeploymentScale({ ...checkout, body }, merge),
    ]) {
      expect(await refusal(call)).toMatchObject({
        code: 409,
        reason: 'Conflict',
        message: expect.stringContaining('the object has been modified'),
      });
    }
    expect((await apps.readNamespacedDeployment(checkout)).spec?.replicas).toBe(3);
  });

  test('of many writers with the same version exactly one wins', async () => {
    const { metadata } = await apps.readNamespacedDeployment(checkout);
    const write = async (value: string): Promise<string> => {
      const body = { metadata: { resourceVersion: metadata?.resourceVersion, annotations: { writer: value } } };
      return apps.patchNamespacedDeployment({ ...checkout, body }, merge).then(
        () => 'won',
        () => 'lost',
      );
    };
    const outcomes = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(write));
    expect(outcomes.toSorted()).toEqual(['lost', 'lost', 'lost', 'lost', 'won']);
  });

  test('the same change twice is one change: version and generation stay', async () => {
    const body = { metadata: { annotations: { note: 'once' } } };
    const first = await apps.patchNamespacedDeployment({ ...checkout, body }, merge);
    const second = await apps.patchNamespacedDeployment({ ...checkout, body }, merge);
    expect(second.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
    expect(second.metadata?.generation).toBe(first.metadata?.generation);
  });

  test('status belongs to the controllers: a client cannot write it', async () => {
    const body = { status: { readyReplicas: 99 } };
    const after = await apps.patchNamespacedDeployment({ ...checkout, body }, merge);
    expect(after.status?.readyReplicas).toBe(3);
  });

  test('an image that is not in the registry keeps its pod waiting in ImagePullBackOff, and the others serve on', async () => {
    const image = 'registry.example/checkout:9.9.9';
    const { spec } = await apps.readNamespacedDeployment(checkout);
    const strategic = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
    const containers = [{ name: 'checkout', image }];
    await apps.patchNamespacedDeployment(
      { ...checkout, body: { spec: { template: { spec: { containers } } } } },
      strategic,
    );
    await until('a pod cannot pull', async () => {
      const { items } = await core.listNamespacedPod({ namespace: 'shop', labelSelector: 'app=checkout' });
      return items.some(({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ImagePullBackOff');
    });
    expect(cluster.kubelet.backends('checkout')).toHaveLength(3);
    await apps.patchNamespacedDeployment({ ...checkout, body: { spec: { template: spec?.template } } }, strategic);
    await until('only the old pods are left', () => cluster.store.list('Pod', 'shop').length === 6, { within: 15_000 });
  });
});
