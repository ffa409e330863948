import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import * as k8s from '@kubernetes/client-node';
import { describeReal } from '../support/parts.ts';
import { startPrometheus } from '../support/start-prometheus.ts';
import { until } from '../support/until.ts';
import { belayProgram, type BelayProgram } from './belay-program.ts';
import { STORY, eventsOf, inOrder } from './demo-story.ts';
import { startRealCluster, type RealCluster } from './real-cluster.ts';

describeReal('belay demo on a real cluster', ['temporal', 'postgres', 'kubernetes', 'prometheus'], () => {
  let cluster: RealCluster;
  let demo: BelayProgram | undefined;
  beforeAll(async () => {
    cluster = await startRealCluster();
  }, 120_000);
  afterEach(async () => {
    await demo?.end();
    demo = undefined;
  });
  afterAll(async () => {
    await cluster?.stop();
  }, 60_000);

  const place = () => ['--kubeconfig', cluster.kubeconfig, '--prometheus', cluster.prometheus.url];
  const namespaces = async (): Promise<k8s.V1Namespace[]> =>
    (await cluster.config.makeApiClient(k8s.CoreV1Api).listNamespace()).items;
  const ours = async (): Promise<k8s.V1Namespace[]> =>
    (await namespaces()).filter(({ metadata }) => metadata?.name?.startsWith('belay-demo-'));

  const patience = (one: BelayProgram) => {
    let over = false;
    void one.ended.then(() => (over = true));
    return { within: 60_000, giveUp: () => (over ? one.err() : undefined) };
  };

  test('breaks a deployment of its own, rolls it back, verifies it by kube-state-metrics, and is gone', async () => {
    demo = belayProgram(['demo', '--yes', '--json', ...place()]);
    const [namespace] = await until(
      'it has a namespace',
      async () => ((await ours()).length > 0 ? ours() : undefined),
      {
        within: 60_000,
      },
    );
    expect(namespace?.metadata?.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'belay-demo' });
    const code = await demo.ended;

    expect({ code, err: demo.err() }).toEqual({ code: 0, err: expect.any(String) });
    const events = eventsOf(demo);
    expect(inOrder(events, STORY)).toEqual(STORY);
    expect(events.filter(({ event }) => event === 'action.executed')).toHaveLength(1);
    expect(events.find(({ event }) => event === 'run.verified')).toMatchObject({ verdict: 'healthy' });
    expect(await ours()).toEqual([]);
    expect(demo.left()).toEqual([]);
  }, 240_000);

  test('denied: nothing is changed, and it is gone all the same', async () => {
    demo = belayProgram(['demo', '--deny', '--json', ...place()]);
    expect({ code: await demo.ended, err: demo.err() }).toEqual({ code: 0, err: expect.any(String) });
    const kinds = eventsOf(demo).map(({ event }) => event);
    expect(kinds).toContain('gate.decided');
    expect(kinds).not.toContain('action.executed');
    expect(await ours()).toEqual([]);
  }, 240_000);

  test('Ctrl-C, whenever it comes, deletes the namespace first', async () => {
    demo = belayProgram(['demo', '--yes', '--json', ...place()]);
    await until('it has a namespace', async () => (await ours()).length > 0, patience(demo));
    demo.signal('SIGINT');
    expect(await demo.ended).toBe(130);
    expect(await ours()).toEqual([]);
    expect(demo.left()).toEqual([]);
  }, 120_000);

  test('a Prometheus without kube-state-metrics is said before anything is changed', async () => {
    const blind = await startPrometheus({ scrape: [] });
    const before = await namespaces();
    try {
      demo = belayProgram(['demo', '--yes', '--json', '--kubeconfig', cluster.kubeconfig, '--prometheus', blind.url]);
      expect(await demo.ended).toBe(2);
    } finally {
      await blind.stop();
    }
    expect(demo.err()).toMatch(/has no kube_deployment_spec_replicas: .* kube-state-metrics/);
    expect(demo.err()).not.toMatch(/\n\s+at /);
    expect((await namespaces()).map(({ metadata }) => metadata?.uid)).toEqual(
      before.map(({ metadata }) => metadata?.uid),
    );
  }, 60_000);

  test('a kubeconfig that may not make a namespace is refused with what it lacks', async () => {
    const nobody = cluster.kubeconfigFor('nobody');
    demo = belayProgram(['demo', '--yes', '--kubeconfig', nobody, '--prometheus', cluster.prometheus.url]);
    expect(await demo.ended).toBe(2);
    expect(demo.err()).toMatch(
      /may not create namespaces on https:\/\/127\.0\.0\.1:\d+ \(403: .*"nobody" cannot create/,
    );
    expect(demo.err()).not.toMatch(/\n\s+at /);
    expect(demo.left()).toEqual([]);
  }, 60_000);

  test('an unreachable Prometheus is exit 3', async () => {
    demo = belayProgram(['demo', '--yes', '--kubeconfig', cluster.kubeconfig, '--prometheus', 'http://127.0.0.1:9']);
    expect(await demo.ended).toBe(3);
    expect(demo.err()).toContain('127.0.0.1:9');
  }, 60_000);
});
