import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as k8s from '@kubernetes/client-node';
import { z } from 'zod';
import { freePort } from '../support/free-ports.ts';
import { describeReal } from '../support/parts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { delivery } from './alert-delivery.ts';
import { type BelayPlace, belayPlace, type BelayUp, belayUp, decisionOn } from './belay-up.ts';
import { BAD, deployGood, GOOD, imageOf, rollOutBad, watchedBy } from './break-workload.ts';
import { startRealCluster, type RealCluster } from './real-cluster.ts';

const Receipts = z.object({ alerts: z.array(z.looseObject({ runId: z.string() })) });

describeReal(
  'what a run does where it cannot or must not help',
  ['temporal', 'postgres', 'kubernetes', 'prometheus'],
  () => {
    let folder = '';
    let cluster: RealCluster;
    let place: BelayPlace;
    let belay: BelayUp;
    const others: { place: BelayPlace; belay: BelayUp }[] = [];
    beforeAll(async () => {
      folder = temporaryFolder('e2e-files');
      cluster = await startRealCluster();
      place = await belayPlace({ KUBECONFIG: cluster.kubeconfig, PROMETHEUS_URL: cluster.prometheus.url });
      belay = await belayUp(place);
      await allow('reader', 'view');
    }, 240_000);
    afterEach(async () => {
      for (const other of others.splice(0)) {
        await other.belay.end();
        other.place.remove();
      }
    });
    afterAll(async () => {
      await belay?.end();
      await cluster?.stop();
      place?.remove();
      if (folder !== '') rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    const allow = async (user: string, clusterRole: string): Promise<void> => {
      const rbac = { apiGroup: 'rbac.authorization.k8s.io' };
      await cluster.config.makeApiClient(k8s.RbacAuthorizationV1Api).createClusterRoleBinding({
        body: {
          metadata: { name: user },
          roleRef: { ...rbac, kind: 'ClusterRole', name: clusterRole },
          subjects: [{ ...rbac, kind: 'User', name: user }],
        },
      });
    };

    /** A second Belay with another credential or address. */
    async function another(env: Record<string, string>): Promise<BelayUp> {
      const at = await belayPlace({ PROMETHEUS_URL: cluster.prometheus.url, ...env });
      const one = await belayUp(at);
      others.push({ place: at, belay: one });
      return one;
    }

    async function broken(namespace: string, change?: (deployment: k8s.V1Deployment) => void) {
      const somebody = await cluster.somebodyIn(namespace);
      await deployGood(somebody, 'checkout', change);
      await rollOutBad(somebody, 'checkout');
      const image = async () => imageOf(await somebody.deployment('checkout'));
      return { somebody, image, input: { namespace, name: 'checkout', ...watchedBy(namespace, 'checkout') } };
    }

    const textOf = async (one: BelayUp, run: string): Promise<string> => JSON.stringify(await one.ledger(run));

    test('a workload that is well: nothing-wrong, no approval; one that nothing measures is not called well', async () => {
      const somebody = await cluster.somebodyIn('shop-well');
      await deployGood(somebody, 'checkout');
      const watched = watchedBy('shop-well', 'checkout');
      await until('Prometheus sees it', async () => {
        const query = encodeURIComponent(watched.errorRatioQuery);
        const answer = await fetch(`${cluster.prometheus.url}/api/v1/query?query=${query}`);
        return (await answer.text()).includes('"0"]');
      });
      const run = await belay.start({ input: { namespace: 'shop-well', name: 'checkout', ...watched } });
      expect(await belay.over(run)).toMatchObject({ outcome: 'nothing-wrong', gates: [] });
      const unmeasured = await belay.start({ input: { namespace: 'shop-well', name: 'checkout' } });
      expect(await belay.over(unmeasured)).toMatchObject({ outcome: 'inconclusive', gates: [] });
    }, 120_000);

    test('a false alarm by webhook: a run that looks, asks nobody and changes nothing', async () => {
      const labels = { alertname: 'KubePodCrashLooping', namespace: 'shop-well', deployment: 'checkout' };
      const { body } = await belay.ask('POST', '/hooks/alertmanager', delivery(labels));
      expect(body).toMatchObject({ alerts: [{ status: 'accepted', runId: expect.any(String) }] });
      expect(await belay.over(Receipts.parse(body).alerts[0]?.runId)).toMatchObject({
        outcome: 'inconclusive',
        gates: [],
        mode: 'observe',
      });
      const other = await belay.ask('POST', '/hooks/alertmanager', delivery({ ...labels, alertname: 'Unrouted' }));
      expect(other).toMatchObject({ status: 202, body: { alerts: [{ status: 'ignored', runId: null }] } });
    }, 120_000);

    describe('owned by GitOps: no live rollback is offered, but the exact revert by repository and commit', () => {
      const source = {
        'belay.dev/repository': 'https://git.example.com/shop/deploy.git',
        'belay.dev/path': 'checkout/overlays/live',
        'belay.dev/commit': '4f2a9c1d',
      };
      test.each([
        [
          'Argo CD',
          'shop-argo',
          { 'argocd.argoproj.io/tracking-id': 'checkout:apps/Deployment:shop-argo/checkout' },
          {},
        ],
        [
          'Flux',
          'shop-flux',
          {},
          { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' },
        ],
      ])(
        'by %s',
        async (system, namespace, annotations, labels) => {
          const { input, image } = await broken(namespace, ({ metadata }) => {
            if (!metadata) return;
            metadata.annotations = { ...metadata.annotations, ...source, ...annotations };
            metadata.labels = { ...metadata.labels, ...labels };
          });
          const run = await belay.start({ input });
          const gate = await belay.openGate();
          expect(gate.run).toBe(run);
          expect(gate.options.flatMap(({ actions }) => actions)).toEqual([]);
          const [revert] = gate.options;
          expect(revert).toMatchObject({ recommended: true, title: `Revert it in ${system}` });
          for (const part of Object.values(source)) expect(revert?.manual).toContain(part);
          expect(revert?.manual).toContain('git revert --no-edit 4f2a9c1d');
          await belay.ask('POST', `/api/gates/${gate.id}/decisions`, decisionOn(gate, 'approve'));
          expect(await belay.over(run)).toMatchObject({ outcome: 'not-fixed' });
          expect(await image()).toBe(BAD);
        },
        120_000,
      );
    });

    test('a credential that may only look: no option is offered that it cannot carry out, and it says which rule it lacks', async () => {
      const viewer = await another({ KUBECONFIG: cluster.kubeconfigFor('reader') });
      const { input, image } = await broken('shop-viewed');
      const run = await viewer.start({ input });
      expect(await viewer.over(run)).toMatchObject({ outcome: 'inconclusive', gates: [] });
      const text = await textOf(viewer, run);
      expect(text).toMatch(/Roll back to revision 1\\" cannot be offered: This connection may not update deployments/);
      expect(text).toContain('{apiGroups: [\\"apps\\"], resources: [\\"deployments\\"], verbs: [\\"update\\"]}');
      expect(await image()).toBe(BAD);
    }, 120_000);

    test('a credential that may not even look: the run ends saying which rule it lacks', async () => {
      const nobody = await another({ KUBECONFIG: cluster.kubeconfigFor('nobody') });
      const run = await nobody.start({ input: { namespace: 'shop-viewed', name: 'checkout' } });
      const { outcome, summary } = await nobody.over(run);
      expect(outcome).toBe('inconclusive');
      expect(summary).toMatch(/may not get deployments.*\(403\).*verbs: \["get"\]/);
    }, 120_000);

    test('a cluster that cannot be reached: the run ends naming its address', async () => {
      const address = `https://127.0.0.1:${await freePort()}`;
      const config = join(folder, 'kubeconfig');
      writeFileSync(
        config,
        `{"apiVersion":"v1","kind":"Config","current-context":"c","clusters":[{"name":"c","cluster":{"server":"${address}"}}],"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],"users":[{"name":"u","user":{"token":"t"}}]}`,
      );
      const lost = await another({ KUBECONFIG: config });
      const run = await lost.start({ input: { namespace: 'shop', name: 'checkout' } });
      const { outcome, summary } = await lost.over(run);
      expect(outcome).toBe('inconclusive');
      expect(summary).toContain(`Cannot reach ${address}`);
    }, 180_000);

    test('no such workload: the run ends naming it', async () => {
      const run = await belay.start({ input: { namespace: 'shop-well', name: 'chekcout' } });
      const { outcome, summary } = await belay.over(run);
      expect(outcome).toBe('inconclusive');
      expect(summary).toMatch(/There is no deployments "chekcout" in namespace shop-well/);
    }, 120_000);

    /** kube-state-metrics sees it fail while it fails, and then nothing answers. */
    const whileItFails = (query: string): string => `(${query} > 0)`;

    test('a measurement that is empty after the fix: the verdict is inconclusive, never healthy, and the fix stays', async () => {
      const { input, image } = await broken('shop-empty');
      const run = await belay.start({ input: { ...input, errorRatioQuery: whileItFails(input.errorRatioQuery) } });
      const gate = await belay.openGate();
      await belay.ask('POST', `/api/gates/${gate.id}/decisions`, decisionOn(gate, 'approve'));
      expect(await belay.over(run)).toMatchObject({ outcome: 'inconclusive', verdict: 'inconclusive' });
      expect(await image()).toBe(GOOD);
    }, 120_000);

    test('PromQL that Prometheus refuses: what it says is in the record, and nothing is called healthy', async () => {
      const { input, somebody, image } = await broken('shop-promql');
      const { uid = '' } = (await somebody.deployment('checkout')).metadata ?? {};
      await cluster.config.makeApiClient(k8s.CoreV1Api).createNamespacedEvent({
        namespace: 'shop-promql',
        body: {
          metadata: { name: 'checkout.1', namespace: 'shop-promql' },
          involvedObject: { kind: 'Deployment', namespace: 'shop-promql', name: 'checkout', uid },
          type: 'Warning',
          reason: 'Unhealthy',
          message: 'for the test',
          lastTimestamp: new Date(),
        },
      });
      const run = await belay.start({ input: { ...input, errorRatioQuery: 'sum(rate(' } });
      const gate = await belay.openGate();
      await belay.ask('POST', `/api/gates/${gate.id}/decisions`, decisionOn(gate, 'approve'));
      expect(await belay.over(run)).toMatchObject({ outcome: 'inconclusive', verdict: 'inconclusive' });
      expect(await textOf(belay, run)).toMatch(/parse error/);
      expect(await image()).toBe(GOOD);
    }, 120_000);
  },
);
