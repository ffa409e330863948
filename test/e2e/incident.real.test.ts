import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import * as k8s from '@kubernetes/client-node';
import { stringify } from 'yaml';
import { RunList } from '../../src/cli/views.ts';
import { describeReal } from '../support/parts.ts';
import { startAlertmanager, type RunningAlertmanager } from '../support/start-alertmanager.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { type BelayPlace, belayPlace, type BelayUp, belayUp, decisionOn, PATIENCE } from './belay-up.ts';
import { BAD, deployGood, GOOD, heal, imageOf, rollOutBad, watchedBy } from './break-workload.ts';
import { startRealCluster, type RealCluster } from './real-cluster.ts';

const unavailable = 'kube_deployment_status_replicas_unavailable{namespace=~"shop-.*"} > 0';
const RULES = stringify({
  groups: [
    {
      name: 'shop',
      rules: [
        { alert: 'KubeDeploymentReplicasMismatch', expr: unavailable, for: '2s' },
        // The same incident, told a second time.
        { alert: 'KubeDeploymentRolloutStuck', expr: unavailable, for: '8s' },
      ],
    },
  ],
});

const routeTo = (namespace: string, mode: string) => ({
  match: { alertname: 'KubeDeployment*', namespace },
  runbook: 'remediation/bad-deploy',
  mode,
  input: watchedBy(namespace, 'checkout'),
});

describeReal(
  'an alert of a real Prometheus, by a real Alertmanager, about a real cluster',
  ['temporal', 'postgres', 'kubernetes', 'prometheus', 'alertmanager'],
  () => {
    let folder = '';
    let place: BelayPlace;
    let alertmanager: RunningAlertmanager;
    let cluster: RealCluster;
    let belay: BelayUp;
    const stops: (() => unknown)[] = [];
    beforeAll(async () => {
      folder = temporaryFolder('e2e-files');
      const routes = join(folder, 'routes.yaml');
      const modes = { 'shop-fix': 'propose', 'shop-resolved': 'propose', 'shop-watched': 'observe' };
      writeFileSync(
        routes,
        stringify({ routes: Object.entries(modes).map(([namespace, mode]) => routeTo(namespace, mode)) }),
      );
      place = await belayPlace({ BELAY_ROUTES: routes });
      alertmanager = await startAlertmanager({
        webhook: `${place.url}/hooks/alertmanager`,
        groupBy: ['namespace', 'deployment'],
      });
      cluster = await startRealCluster({ rules: RULES, alertmanager: alertmanager.url });
      place = {
        ...place,
        env: { ...place.env, KUBECONFIG: cluster.kubeconfig, PROMETHEUS_URL: cluster.prometheus.url },
      };
      belay = await belayUp(place);
    }, 240_000);
    afterEach(async () => {
      for (const stop of stops.splice(0).toReversed()) await stop();
    });
    afterAll(async () => {
      await belay?.end();
      await alertmanager?.stop();
      await cluster?.stop();
      place?.remove();
      if (folder !== '') rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    /** The run about a namespace, once there is one. */
    const runIn = (namespace: string): Promise<string> =>
      until(
        `a run about ${namespace} has started`,
        async () =>
          (await belay.client.get('/api/runs', RunList)).runs.find(({ target }) => target?.endsWith(namespace))?.id,
        PATIENCE,
      );
    const gatesOf = async (run: string) => {
      const { body } = await belay.ask('GET', '/api/gates');
      return JSON.stringify(body).includes(run);
    };
    const told = (run: string, kind: string) =>
      until(
        `the run was told: ${kind}`,
        async () => (await belay.ledger(run)).find((entry) => entry.kind === kind),
        PATIENCE,
      );

    test('is approved through the API, the rollout is undone, verified, and the second alert joined the same run', async () => {
      const somebody = await cluster.somebodyIn('shop-fix');
      await deployGood(somebody, 'checkout');
      await rollOutBad(somebody, 'checkout');
      const run = await runIn('shop-fix');
      const gate = await belay.openGate();
      expect(gate.run).toBe(run);
      expect(await told(run, 'alert.joined')).toMatchObject({ body: { name: 'KubeDeploymentRolloutStuck' } });
      expect(imageOf(await somebody.deployment('checkout'))).toBe(BAD);

      expect(await belay.ask('POST', `/api/gates/${gate.id}/decisions`, decisionOn(gate, 'approve'))).toMatchObject({
        status: 200,
      });
      expect(await belay.over(run)).toMatchObject({ outcome: 'fixed', verdict: 'healthy' });
      expect(imageOf(await somebody.deployment('checkout'))).toBe(GOOD);
      const kinds = (await belay.ledger(run)).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'action.executed')).toHaveLength(1);
      const { runs } = await belay.client.get('/api/runs', RunList);
      expect(runs.filter(({ target }) => target?.endsWith('shop-fix'))).toHaveLength(1);
    }, 240_000);

    test('that resolves before anybody decided closes the approval: nothing was wrong any more, nothing is done', async () => {
      const somebody = await cluster.somebodyIn('shop-resolved');
      await deployGood(somebody, 'checkout');
      await rollOutBad(somebody, 'checkout');
      const gate = await belay.openGate();
      await heal(somebody, 'checkout');
      const { resourceVersion } = (await somebody.deployment('checkout')).metadata ?? {};
      expect(resourceVersion).toBeDefined();
      await told(gate.run, 'alert.resolved');
      expect(await belay.over(gate.run)).toMatchObject({ outcome: 'inconclusive' });
      expect((await belay.ask('GET', `/api/gates/${gate.id}`)).body).toMatchObject({ state: 'void' });
      const late = await belay.ask('POST', `/api/gates/${gate.id}/decisions`, decisionOn(gate, 'approve'));
      expect(late.status).toBe(409);
      const kinds = (await belay.ledger(gate.run)).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind.startsWith('action.'))).toEqual(
        kinds.filter((kind) => kind === 'action.previewed'),
      );
    }, 240_000);

    test('whose route observes says once what it would have asked; no approval, nothing changed', async () => {
      const somebody = await cluster.somebodyIn('shop-watched');
      await deployGood(somebody, 'checkout');
      await rollOutBad(somebody, 'checkout');
      const run = await runIn('shop-watched');
      expect(await belay.over(run)).toMatchObject({ outcome: 'observed', gates: [] });
      expect(await gatesOf(run)).toBe(false);
      const entries = await belay.ledger(run);
      expect(entries.filter(({ kind }) => kind === 'gate.observed')).toMatchObject([
        { body: { message: expect.stringMatching(/would have asked.*Roll back.*checkout/) } },
      ]);
      expect(entries.filter(({ kind }) => kind === 'action.executed' || kind === 'gate.opened')).toEqual([]);
      expect(imageOf(await somebody.deployment('checkout'))).toBe(BAD);
    }, 240_000);

    test('belay up --observe pulls the alerts that fire, says what it would have asked, and writes nothing', async () => {
      const somebody = await cluster.somebodyIn('shop-looked-at');
      await deployGood(somebody, 'checkout');
      await rollOutBad(somebody, 'checkout');
      await until(
        'the alert fires',
        async () => (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).text()).includes('shop-looked-at'),
        PATIENCE,
      );
      const before = await versions(cluster);
      // Whatever the routes say: observing is stronger.
      const routes = join(folder, 'looking.yaml');
      writeFileSync(routes, stringify({ routes: [routeTo('shop-looked-at', 'propose')] }));
      const looking = await belayPlace(
        { BELAY_ROUTES: routes },
        {
          args: `--observe --kubeconfig ${cluster.kubeconfig} --prometheus ${cluster.prometheus.url} --alertmanager ${alertmanager.url}`.split(
            ' ',
          ),
        },
      );
      stops.push(() => looking.remove());
      const observer = await belayUp(looking);
      stops.push(() => observer.end());
      expect(observer.status).toMatchObject({ mode: 'observe' });
      const run = await observer.over();
      expect(run).toMatchObject({ outcome: 'observed', mode: 'observe', gates: [] });
      expect(run.summary).toMatch(/would have asked.*Roll back/);
      expect(await versions(cluster)).toEqual(before);
      // Nor for a person who asks for more.
      const input = { namespace: 'shop-looked-at', name: 'checkout', ...watchedBy('shop-looked-at', 'checkout') };
      const again = await observer.start({ input, mode: 'propose' });
      expect(await observer.over(again)).toMatchObject({ outcome: 'observed', gates: [] });
      expect(await versions(cluster)).toEqual(before);
    }, 240_000);
  },
);

/** The version of every object that a runbook could change. */
async function versions({ config }: RealCluster): Promise<Record<string, string | undefined>> {
  const apps = config.makeApiClient(k8s.AppsV1Api);
  const [deployments, replicaSets] = await Promise.all([
    apps.listDeploymentForAllNamespaces(),
    apps.listReplicaSetForAllNamespaces(),
  ]);
  return Object.fromEntries(
    [...deployments.items, ...replicaSets.items].map(({ metadata }) => [
      `${metadata?.namespace}/${metadata?.name}`,
      metadata?.resourceVersion,
    ]),
  );
}
