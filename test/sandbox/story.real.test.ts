import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AppsV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { startSandbox } from '../../sandbox/start-sandbox.ts';
import type { Sandbox } from '../../sandbox/start-sandbox.ts';
import { UnknownStory } from '../../sandbox/stories/stories.ts';
import { until } from '../support/until.ts';
import { WebhookReceiver } from './alerts/webhook-receiver.ts';

const REPEAT_MS = 3000;
const CHECKOUT = 'http_requests_total{namespace="shop",deployment="checkout"';
const RATIO = `(sum(rate(${CHECKOUT},code=~"5.."}[10s])) or vector(0)) / sum(rate(${CHECKOUT}}[10s]))`;

const webhook = new WebhookReceiver(202);
let sandbox: Sandbox;
let apps: AppsV1Api;
let core: CoreV1Api;

beforeAll(async () => {
  await webhook.start();
  sandbox = await startSandbox({ webhook: webhook.url, slack: false, repeatMs: REPEAT_MS });
  const config = new KubeConfig();
  config.loadFromFile(sandbox.kubeconfig);
  apps = config.makeApiClient(AppsV1Api);
  core = config.makeApiClient(CoreV1Api);
}, 180_000);
afterAll(async () => {
  await sandbox?.stop();
  await webhook.stop();
});

async function ratio(): Promise<number> {
  const answer = await fetch(`${sandbox.prometheus}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: RATIO }),
  });
  const body: { data: { result: { value: [number, string] }[] } } = JSON.parse(await answer.text());
  return Number(body.data.result[0]?.value[1]);
}

const activeSet = async (): Promise<{ uid?: string; revision?: string }> => {
  const { items } = await apps.listNamespacedReplicaSet({ namespace: 'shop', labelSelector: 'app=checkout' });
  const active = items.filter(({ spec }) => (spec?.replicas ?? 0) > 0);
  const [only] = active;
  if (!only || active.length > 1) throw new Error('not exactly one ReplicaSet is active');
  return {
    uid: only.metadata?.uid ?? '',
    revision: only.metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? '',
  };
};

const checkoutPods = async () =>
  (await core.listNamespacedPod({ namespace: 'shop', labelSelector: 'app=checkout' })).items;

const patient = { within: 60_000, every: 200 };

describe('a bad deploy, from the first error to the all-clear', () => {
  let good: Awaited<ReturnType<typeof activeSet>>;

  test('before it, the shop is well: traffic flows, nothing fails, no alert', async () => {
    good = await activeSet();
    expect(good.revision).toBe('1');
    expect(await ratio()).toBe(0);
    expect(sandbox.status()).toMatchObject({ story: null, alert: 'inactive', errorRatio: 0 });
    expect(webhook.messages).toEqual([]);
    expect(() => sandbox.breakStory('no-such-story')).toThrow(UnknownStory);
  });

  test('then checkout really fails, and the webhook tells it, again and again', async () => {
    sandbox.breakStory('bad-deploy');
    await until('the webhook is told', () => webhook.messages.length > 0, patient);
    expect(webhook.messages[0]).toMatchObject({
      version: '4',
      status: 'firing',
      externalURL: sandbox.alertmanager,
      commonLabels: { alertname: 'HighErrorRate', deployment: 'checkout' },
    });
    expect(await ratio()).toBeGreaterThan(0.05);
    const active = await fetch(`${sandbox.alertmanager}/api/v2/alerts`);
    expect(await active.json()).toMatchObject([{ labels: { deployment: 'checkout' } }]);
    await until('it is told again', () => webhook.messages.length > 1, patient);
    expect(webhook.states.slice(0, 2)).toEqual(['firing', 'firing']);
    expect(await activeSet()).toMatchObject({ revision: '2' });
  }, 180_000);

  test('its pods crash-loop, and their logs, events and status say why', async () => {
    const pod = await until(
      'a pod is in CrashLoopBackOff',
      async () =>
        (await checkoutPods()).find(
          ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
        ),
      patient,
    );
    const name = pod.metadata?.name ?? '';
    expect(pod.status?.containerStatuses?.[0]).toMatchObject({
      image: 'registry.example/checkout:2.4.0',
      ready: false,
      restartCount: expect.any(Number),
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
    const log = await core.readNamespacedPodLog({ namespace: 'shop', name, previous: true, tailLines: 50 });
    expect(log).toContain('missing config key PAYMENTS_URL');
    expect(log).toContain('file:///app/images/checkout-2.4.0.ts');
    expect(log).toMatch(/FATAL retry queue is full/);
    const fieldSelector = `involvedObject.name=${name},reason=BackOff`;
    const events = await core.listNamespacedEvent({ namespace: 'shop', fieldSelector });
    expect(events.items[0]).toMatchObject({ type: 'Warning', count: expect.any(Number) });
  }, 180_000);

  test('a rollback to the ReplicaSet before heals it, and the alert is resolved', async () => {
    sandbox.heal();
    await until('it is told as resolved', () => webhook.states.includes('resolved'), patient);
    await until('nothing fails any more', async () => (await ratio()) === 0, patient);
    expect(await activeSet()).toEqual({ uid: good.uid, revision: '3' });
    const { status } = await apps.readNamespacedDeployment({ namespace: 'shop', name: 'checkout' });
    expect(status).toMatchObject({ replicas: 3, readyReplicas: 3, availableReplicas: 3 });
    expect(sandbox.status()).toMatchObject({ story: null, alert: 'inactive' });
    const incident = webhook.messages.map(({ alerts }) => `${alerts[0]?.fingerprint} ${alerts[0]?.startsAt}`);
    expect(new Set(incident).size).toBe(1);
  }, 180_000);
});
