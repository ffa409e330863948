import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import * as k8s from '@kubernetes/client-node';
import { z } from 'zod';
import { deliveryOf, alertOf } from './intake/deliveries.ts';
import { freePort, portOf } from './support/free-ports.ts';
import { describeReal } from './support/parts.ts';
import type { BelayProcess } from './support/start-belay-process.ts';
import { type RunningKubernetes, startKubernetes } from './support/start-kubernetes.ts';
import { prepareProduction, type Production, QUEUES } from './support/start-production.ts';
import { type RunningPrometheus, startPrometheus } from './support/start-prometheus.ts';
import { type RunningTemporal, startTemporal } from './support/start-temporal.ts';
import { until } from './support/until.ts';

const { GetWorkflowExecutionHistoryResponse } = proto.temporal.api.workflowservice.v1;

const RATIO = 'max(shop_error_ratio)';

/** A shop of deployments in which the version `shop:2` fails half of all requests, and never gets ready. */
class Shop {
  readonly #apps: k8s.AppsV1Api;
  #metrics: Server | undefined;

  constructor(kubeconfig: string) {
    const config = new k8s.KubeConfig();
    config.loadFromFile(kubeconfig);
    this.#apps = config.makeApiClient(k8s.AppsV1Api);
  }

  /** Serves what its services would measure; gives `host:port`. */
  async open(): Promise<string> {
    const metrics = createServer((_, response) => {
      void this.#apps.listNamespacedDeployment({ namespace: 'default' }).then(({ items }) => {
        const lines = items.map(
          ({ metadata, spec }) =>
            `shop_error_ratio{deployment="${metadata?.name}"} ${imageOf(spec) === 'shop:2' ? 0.5 : 0}\n`,
        );
        return response.end(lines.join(''));
      });
    });
    this.#metrics = metrics;
    await once(metrics.listen(0, '127.0.0.1'), 'listening');
    return `127.0.0.1:${portOf(metrics)}`;
  }

  image = async (name: string): Promise<string | undefined> =>
    imageOf((await this.#apps.readNamespacedDeployment({ namespace: 'default', name })).spec);

  /** Brings a deployment in, and then the version that fails; resolves once Prometheus has seen both. */
  async breakOne(name: string, prometheus: string): Promise<void> {
    const of = { namespace: 'default', name };
    const labels = { app: name };
    const containers = [{ name: 'app', image: 'shop:1' }];
    const template = { metadata: { labels }, spec: { containers, terminationGracePeriodSeconds: 0 } };
    const strategy = { type: 'Recreate' };
    const spec = { replicas: 1, strategy, selector: { matchLabels: labels }, template };
    await this.#apps.createNamespacedDeployment({ namespace: 'default', body: { metadata: { name }, spec } });
    const deployment = () => this.#apps.readNamespacedDeployment(of);
    await until(`${name} is ready`, async () => (await deployment()).status?.readyReplicas === 1, { within: 30_000 });
    await until('its good days are measured', async () => (await ratioIn(prometheus)) === 0, { within: 30_000 });
    await until(`${name} is broken`, async () => {
      const body = await deployment();
      body.spec = {
        ...spec,
        template: {
          metadata: { labels: { ...labels, 'crash-loop.belay.test': 'true' } },
          spec: { ...template.spec, containers: [{ name: 'app', image: 'shop:2' }] },
        },
      };
      await this.#apps.replaceNamespacedDeployment({ ...of, body });
      return true;
    });
    await until('its failing is measured', async () => (await ratioIn(prometheus)) === 0.5, { within: 30_000 });
  }

  remove = async (name: string): Promise<void> => {
    await this.#apps.deleteNamespacedDeployment({ namespace: 'default', name });
  };

  close(): void {
    this.#metrics?.close();
    this.#metrics?.closeAllConnections();
  }
}

const imageOf = (spec: k8s.V1DeploymentSpec | undefined): string | undefined =>
  spec?.template.spec?.containers[0]?.image;

const Answer = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

async function ratioIn(prometheus: string): Promise<number | undefined> {
  const response = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(RATIO)}`);
  const [sample] = Answer.parse(await response.json()).data.result;
  return sample && Number(sample.value[1]);
}

describeReal('production, each part a process of its own', ['temporal', 'postgres', 'kubernetes', 'prometheus'], () => {
  let temporal: RunningTemporal;
  let kubernetes: RunningKubernetes;
  let prometheus: RunningPrometheus;
  let production: Production;
  let server: BelayProcess;
  let shop: Shop;

  beforeAll(async () => {
    [temporal, kubernetes] = await Promise.all([startTemporal(), startKubernetes()]);
    shop = new Shop(kubernetes.kubeconfig);
    prometheus = await startPrometheus({ scrape: [await shop.open()] });
    const { kubeconfig } = kubernetes;
    production = await prepareProduction({ temporal: temporal.address, kubeconfig, prometheus: prometheus.url });
  }, 180_000);
  afterAll(async () => {
    await production?.stop();
    shop?.close();
    await Promise.all([temporal?.stop(), kubernetes?.stop(), prometheus?.stop()]);
  }, 60_000);

  const alert = async (name: string, url = production.url): Promise<{ status: number; run: string }> => {
    const labels = { alertname: 'HighErrorRate', namespace: 'default', deployment: name };
    const fingerprint = randomBytes(8).toString('hex');
    const response = await fetch(`${url}/hooks/alertmanager`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer hook-token' },
      body: JSON.stringify(deliveryOf({ groupKey: name, alerts: [alertOf({ labels, fingerprint })] })),
    });
    const body: any = await response.json(); // oxlint-disable-line typescript/no-explicit-any
    return { status: response.status, run: body.alerts?.[0]?.runId };
  };
  const openGate = (run: string) =>
    until(
      `run ${run} asks for approval`,
      async () => {
        const { gates } = (await production.api('/api/gates?state=open')).body;
        const found = gates.find((gate: { run: string }) => gate.run === run);
        if (found) return found;
        throw new Error(JSON.stringify((await production.api(`/api/runs/${run}`)).body.steps));
      },
      { within: 40_000 },
    );
  const approve = (gate: { id: string; options: { id: string; digest: string; recommended: boolean }[] }) => {
    const option = gate.options.find((one) => one.recommended) ?? gate.options[0];
    return production.api(`/api/gates/${gate.id}/decisions`, {
      decision: 'approve',
      option: option?.id,
      digest: option?.digest,
    });
  };
  const ended = (run: string) =>
    until(
      `run ${run} ends`,
      async () => {
        const { body } = await production.api(`/api/runs/${run}`);
        return ['finished', 'failed', 'cancelled'].includes(body.state) ? body : undefined;
      },
      { within: 90_000 },
    );
  const kinds = async (run: string): Promise<string[]> =>
    (await production.api(`/api/ledger?run=${run}`)).body.entries.map((entry: { kind: string }) => entry.kind);

  test('the server refuses a database that is behind, in one line', async () => {
    const { code, output } = await production.run(['server'], production.serverEnv);
    expect({ code, output }).toEqual({
      code: 2,
      output: expect.stringContaining('belay: The database lacks 0001-first'),
    });
    expect(output).toContain('belay migrate');
    expect(output).not.toContain('    at ');
  });

  test('belay migrate brings it up to date and gives the server’s role what it needs and no more', async () => {
    const { owner, server: own, hooks } = production.database;
    const env = { DATABASE_URL: own, DATABASE_MIGRATION_URL: owner };
    const role = new URL(hooks).username;
    const first = await production.run(['migrate', '--hooks-role', role], env);
    expect(first).toEqual({ code: 0, output: expect.stringContaining('Applied 0001-first') });
    expect((await production.run(['migrate'], env)).output).toContain('up to date');
    for (const sql of [
      'update belay.ledger set body = body',
      'delete from belay.ledger',
      'truncate belay.ledger',
      'drop trigger ledger_append_only on belay.ledger',
      'update belay.decisions set person = person',
      'delete from belay.decisions',
      'delete from belay.gates',
      'create table belay.mine (x int)',
    ])
      await expect(production.query('server', sql)).rejects.toThrow(/permission denied|must be owner/);
    for (const sql of [
      'select * from belay.gates',
      'select * from belay.blobs',
      "update belay.runs set state = 'finished'",
      'insert into belay.decisions default values',
      'select * from belay.outbox',
    ])
      await expect(production.query('hooks', sql)).rejects.toThrow('permission denied');
  });

  test('a worker waits for the server, says so, and ends with 3 when it does not come', async () => {
    const { code, output } = await production.run(
      ['worker', '--queue', 'runbooks', '--wait', '2'],
      production.workerEnv('runbooks'),
    );
    expect({ code, output }).toEqual({ code: 3, output: expect.stringContaining('waiting for the server') });
    expect(output).toContain('the server was not there within 2 s');
  });

  test('the server takes alerts while Temporal is down', async () => {
    const dead = `127.0.0.1:${await freePort()}`;
    const started = production.run(['server'], { ...production.serverEnv, TEMPORAL_ADDRESS: dead });
    try {
      await until('it is up', async () => (await fetch(`${production.url}/readyz`)).ok, { within: 30_000 });
      expect(await alert('nothing-like-it')).toEqual({ status: 202, run: expect.stringMatching(/^r-/) });
      expect(await (await fetch(`${production.url}/readyz`)).json()).toMatchObject({ parts: { temporal: 'down' } });
    } finally {
      await Promise.all(production.running().map((one) => one.stop()));
      await started;
    }
  });

  test('its parts come up, each with its own token', async () => {
    server = await production.startServer();
    await Promise.all(QUEUES.map((queue) => production.startWorker(queue)));
    expect(server.output()).toContain('authority ready');
    for (const queue of QUEUES) expect(server.output()).not.toContain(production.tokenOf(queue));
  });

  const REFUSALS: [name: string, change: () => Record<string, string>, says: string][] = [
    [
      "another queue's token",
      () => ({ BELAY_WORKER_TOKEN: production.tokenOf('tools.kubernetes.default') }),
      'This token is of the queue tools.kubernetes.default',
    ],
    ['a token nobody knows', () => ({ BELAY_WORKER_TOKEN: 'unknown' }), "does not know this worker's token"],
    ['no token', () => ({ BELAY_WORKER_TOKEN: '' }), 'BELAY_WORKER_TOKEN is missing'],
    ['the database', () => ({ DATABASE_URL: 'postgres://x@127.0.0.1/x' }), 'a worker must not hold it'],
    ['no pinned key', () => ({ BELAY_AUTHORITY_KEY_FILE: '' }), 'BELAY_AUTHORITY_KEY_FILE is missing'],
    ['no payload key', () => ({ BELAY_PAYLOAD_KEY_FILE: '' }), 'encrypts with the payload key "k1"'],
  ];
  test.each(REFUSALS)('a worker with %s is refused', async (_, change, says) => {
    const env = { ...production.workerEnv('tools.prometheus.default'), ...change() };
    const result = await production.run(['worker', '--queue', 'tools.prometheus.default'], env);
    expect(result).toEqual({ code: 2, output: expect.stringContaining(says) });
  });

  test('and what it would ask with it is refused too', async () => {
    const ask = async (call: string, token: string | undefined, body: unknown = {}): Promise<number> => {
      const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
      const response = await fetch(`${production.url}/authority/${call}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return response.status;
    };
    expect(await ask('begin', undefined)).toBe(401);
    expect(await ask('begin', 'unknown')).toBe(401);
    expect(await ask('begin', production.tokenOf('tools.kubernetes.default'))).toBe(403);
    expect(await ask('grant', production.tokenOf('runbooks'))).toBe(403);
  });

  test('the person whose token it is cannot approve what they asked for, whatever the door', async () => {
    await shop.breakOne('own-request', prometheus.url);
    const input = {
      namespace: 'default',
      name: 'own-request',
      errorRatioQuery: RATIO,
      requestsQuery: 'vector(100)',
    };
    const { status, body } = await production.api('/api/runs', { runbook: 'remediation/bad-deploy', input });
    expect(status).toBe(201);
    const gate = await openGate(body.id);
    expect((await approve(gate)).status).toBe(403);
    expect(await shop.image('own-request')).toBe('shop:2');
    await production.api(`/api/runs/${body.id}/cancel`, { reason: 'only a test' });
    await shop.remove('own-request');
    await until('it is gone from the metrics', async () => (await ratioIn(prometheus.url)) === undefined);
  });

  test('an alert leads to an approved rollback, though the server is killed before and after the approval', async () => {
    await shop.breakOne('checkout', prometheus.url);
    const { status, run } = await alert('checkout');
    expect(status).toBe(202);
    const before = await openGate(run);

    await server.kill();
    server = await production.startServer();
    const gate = await openGate(run);
    expect(gate.digest).toEqual(before.digest);
    expect((await approve(gate)).status).toBe(200);
    await server.kill();
    server = await production.startServer();

    expect(await ended(run)).toMatchObject({ state: 'finished', outcome: 'fixed' });
    expect(await shop.image('checkout')).toBe('shop:1');
    expect((await kinds(run)).filter((kind) => kind === 'action.executed')).toHaveLength(1);
    expect((await production.api('/api/ledger/verify')).body).toMatchObject({ ok: true });

    const connection = await Connection.connect({ address: temporal.address });
    try {
      const { workflowId } = (await production.api(`/api/runs/${run}`)).body;
      const history = await new Client({ connection }).workflowService.getWorkflowExecutionHistory({
        namespace: 'default',
        execution: { workflowId },
        maximumPageSize: 1000,
      });
      const bytes = Buffer.from(GetWorkflowExecutionHistoryResponse.encode(history).finish());
      expect(bytes.includes('binary/encrypted')).toBe(true);
      for (const word of ['checkout', 'shop:2', 'rollout_undo'])
        expect({ word, there: bytes.includes(word) }).toEqual({ word, there: false });
    } finally {
      await connection.close();
    }
  }, 180_000);

  test('belay doctor finds everything well, and says what the ledger cannot show', async () => {
    const env = { ...production.serverEnv, KUBECONFIG: kubernetes.kubeconfig, PROMETHEUS_URL: prometheus.url };
    const { code, output } = await production.run(['doctor', '--json', '--url', production.url], env);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('payloads are encrypted') });
    for (const what of ['database', 'Temporal', 'cluster', 'Prometheus', 'ledger'])
      expect(output).toContain(`{"what":"${what}","how":"ok"`);
    expect(output).toContain('tail not anchored');
  });

  test('the hooks door alone stores alerts with a role that can do nothing else, and serves nothing else', async () => {
    const { serverEnv, database } = production;
    const { BELAY_BUILD, BELAY_ROUTES, BELAY_HOOK_ALERTMANAGER_TOKEN } = serverEnv;
    const port = await freePort();
    const env = {
      BELAY_BUILD: BELAY_BUILD ?? '',
      BELAY_ROUTES: BELAY_ROUTES ?? '',
      BELAY_HOOK_ALERTMANAGER_TOKEN: BELAY_HOOK_ALERTMANAGER_TOKEN ?? '',
      DATABASE_URL: database.hooks,
      BELAY_PORT: String(port),
    };
    const door = production.run(['server', '--doors', 'hooks'], env);
    const url = `http://127.0.0.1:${port}`;
    await until('the door is open', async () => (await fetch(`${url}/readyz`)).ok, { within: 30_000 });
    const { status, run } = await alert('through-the-door', url);
    expect({ status, run }).toEqual({ status: 202, run: expect.stringMatching(/^r-/) });
    expect(await alert('through-the-door', url)).toMatchObject({ status: 202, run });
    for (const path of ['/api/runs', '/api/gates', '/authority/begin', '/slack/events', '/metrics', '/'])
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    await until(
      'the server starts what the door stored',
      async () => ['finished', 'failed'].includes((await production.api(`/api/runs/${run}`)).body.state),
      { within: 60_000 },
    );
    await production.running().at(-1)?.stop();
    expect((await door).code).toBe(0);
  });

  test('each part ends by itself within its time when it is asked to', async () => {
    for (const part of production.running()) expect(await part.stop()).toBe(0);
  }, 60_000);
});
