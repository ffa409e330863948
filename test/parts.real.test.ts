import { afterEach, describe, expect, test } from '@jest/globals';
import { ChatOpenAI } from '@langchain/openai';
import * as k8s from '@kubernetes/client-node';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { Client, Connection } from '@temporalio/client';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { Client as PgClient } from 'pg';
import { findPostgres } from './support/find-postgres.ts';
import { freePort, portOf } from './support/free-ports.ts';
import { describeReal } from './support/parts.ts';
import { blockAction, sendSlack, slashCommand, viewSubmission } from './support/signed-slack-request.ts';
import { startAlertmanager } from './support/start-alertmanager.ts';
import { startBrowser } from './support/start-browser.ts';
import { startEmulatedSlack } from './support/start-emulated-slack.ts';
import { startKubernetes } from './support/start-kubernetes.ts';
import { startModel } from './support/start-model.ts';
import { createDatabase, startPostgres } from './support/start-postgres.ts';
import { startPrometheus } from './support/start-prometheus.ts';
import { startTemporal } from './support/start-temporal.ts';
import { until } from './support/until.ts';

/** Stops what a test started, last first, also when the test failed. */
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});
async function started<T extends { readonly stop: () => Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  stops.push(() => server.stop());
  return server;
}

describeReal('a real Temporal server', ['temporal'], () => {
  test('starts a workflow that waits for its worker, knows the search attributes, and is gone after stop', async () => {
    const { address, stop } = await started(startTemporal({ searchAttributes: ['BelayTarget=Keyword'] }));
    const connection = await Connection.connect({ address });
    const { workflow } = new Client({ connection });
    const searchAttributes = { BelayTarget: ['kubernetes:c/n/deployment/shop'] };
    await workflow.start('nothing', { workflowId: 'w-1', taskQueue: 'nobody', searchAttributes });
    const { status } = await workflow.getHandle('w-1').describe();
    await connection.close();
    await stop();

    expect(status.name).toBe('RUNNING');
    await expect(Connection.connect({ address, connectTimeout: 500 })).rejects.toThrow();
  });
});

describeReal('a real PostgreSQL', ['postgres'], () => {
  test('is shared by the test files, each with a database of its own', async () => {
    const urls = await Promise.all([createDatabase(), createDatabase()]);
    const [mine, other] = urls.map((connectionString) => new PgClient({ connectionString }));
    await Promise.all([mine?.connect(), other?.connect()]);
    stops.push(async () => Promise.all([mine?.end(), other?.end()]));

    await mine?.query('create table t (x int)');

    await expect(other?.query('select * from t')).rejects.toThrow('does not exist');
  });

  test.each(['system', 'embedded'] as const)('starts from the %s programs, if they are here', async (origin) => {
    if (findPostgres(origin) === undefined) return;
    const { url } = await started(startPostgres({ origin }));
    const client = new PgClient({ connectionString: await createDatabase(url) });
    await client.connect();
    stops.push(() => client.end());

    await expect(client.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] });
  });
});

describeReal('a real Kubernetes control plane', ['kubernetes'], () => {
  test('rolls a deployment out, shows a crash loop that holds the rollout, and enforces RBAC', async () => {
    const { kubeconfig, kubeconfigFor } = await started(startKubernetes());
    const config = new k8s.KubeConfig();
    config.loadFromFile(kubeconfig);
    const [apps, core] = [config.makeApiClient(k8s.AppsV1Api), config.makeApiClient(k8s.CoreV1Api)];
    const at = { name: 'shop', namespace: 'default' };
    const deployment = (labels: Record<string, string>): k8s.V1Deployment => ({
      metadata: { name: at.name },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'shop' } },
        template: {
          metadata: { labels: { app: 'shop', ...labels } },
          spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'shop', image: 'shop:1' }] },
        },
      },
    });
    await apps.createNamespacedDeployment({ namespace: at.namespace, body: deployment({}) });
    const ready = async (): Promise<number> => (await apps.readNamespacedDeployment(at)).status?.readyReplicas ?? 0;
    await until('both replicas are ready', async () => (await ready()) === 2, { within: 30_000 });

    await apps.replaceNamespacedDeployment({ ...at, body: deployment({ 'crash-loop.belay.test': 'true' }) });
    const crashing = await until(
      'the new pod crashes',
      async () => {
        const { items } = await core.listNamespacedPod({ namespace: at.namespace });
        return items.find((pod) => pod.status?.containerStatuses?.[0]?.state?.waiting);
      },
      { within: 30_000 },
    );

    expect(crashing.status).toMatchObject({
      phase: 'Running',
      containerStatuses: [
        {
          ready: false,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 1 } },
        },
      ],
    });
    expect(await ready()).toBe(2);

    const plain = new k8s.KubeConfig();
    plain.loadFromFile(kubeconfigFor('nobody'));
    await expect(plain.makeApiClient(k8s.AppsV1Api).readNamespacedDeployment(at)).rejects.toMatchObject({ code: 403 });
  });
});

describeReal('a real Prometheus and Alertmanager', ['prometheus', 'alertmanager'], () => {
  test('scrape a target, fire its rule and post the webhook with the bearer token', async () => {
    const metrics = await listen(() => 'shop_errors_total 7\n');
    const received: { headers: IncomingHttpHeaders; body: string }[] = [];
    const webhook = await listen((headers, body) => {
      received.push({ headers, body });
      return '';
    });
    const alertmanager = await started(
      startAlertmanager({ webhook: `${webhook}/hooks/alertmanager`, bearerToken: 's3' }),
    );
    const prometheus = await started(
      startPrometheus({
        scrape: [new URL(metrics).host],
        alertmanager: alertmanager.url,
        rules: JSON.stringify({
          groups: [{ name: 'g', rules: [{ alert: 'Errors', expr: 'shop_errors_total > 5', labels: { app: 'shop' } }] }],
        }),
      }),
    );

    const { headers, body } = await until('the webhook arrived', () => received[0], { within: 45_000 });
    const answer = await fetch(`${prometheus.url}/api/v1/query?query=shop_errors_total`);

    expect(headers.authorization).toBe('Bearer s3');
    expect(JSON.parse(body)).toMatchObject({
      version: '4',
      status: 'firing',
      alerts: [{ labels: { alertname: 'Errors', app: 'shop' } }],
    });
    expect(await answer.json()).toMatchObject({
      status: 'success',
      data: { result: [{ value: [expect.anything(), '7'] }] },
    });
  });

  test('an invalid rule is refused with its own message', async () => {
    await expect(
      startPrometheus({ scrape: [], rules: 'groups: [{ name: 1, rules: [{ expr: "((" }] }]' }),
    ).rejects.toThrow(/Prometheus did not start.*\n[^]*parse/);
  });
});

describeReal('a browser', ['browser'], () => {
  test('renders a page and clicks in it', async () => {
    const browser = await startBrowser();
    stops.push(() => browser.close());
    const page = await browser.newPage();
    await page.setContent('<button onclick="document.title = \'approved\'">Approve</button>');
    await page.getByRole('button', { name: 'Approve' }).click();

    expect(await page.title()).toBe('approved');
  });
});

describe('a scripted model', () => {
  test('asks for a tool as the test wrote it', async () => {
    const { baseUrl, mock } = await started(startModel());
    mock.on({ userMessage: 'why' }, { toolCalls: [{ id: 'c1', name: 'look', arguments: '{"at":"shop"}' }] });
    const chat = new ChatOpenAI({ model: 'gpt-5', apiKey: 'x', configuration: { baseURL: baseUrl }, maxRetries: 0 });

    const answer = await chat.bindTools([{ name: 'look', description: 'l', schema: { type: 'object' } }]).invoke('why');

    expect(answer.tool_calls).toMatchObject([{ id: 'c1', name: 'look', args: { at: 'shop' } }]);
    await expect(chat.invoke('something else')).rejects.toThrow('503');
  });
});

describe('an emulated Slack', () => {
  test('keeps what the bot posts and updates, and knows the people', async () => {
    const { client, channelId, users, botUserId } = await started(startEmulatedSlack());

    const { ts } = await client.chat.postMessage({ channel: channelId, text: 'a card' });
    await client.chat.update({ channel: channelId, ts: String(ts), text: 'a decided card' });

    const { messages } = await client.conversations.history({ channel: channelId });
    expect(messages).toMatchObject([{ text: 'a decided card', user: botUserId }]);
    expect((await client.users.info({ user: users.ada })).user).toMatchObject({ name: 'ada' });
  });

  test('with a Bolt app behind it: signed commands, clicks and submissions are handled, others are not', async () => {
    const slack = await started(startEmulatedSlack());
    const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, logger: silent });
    const app = new App({ token: slack.botToken, receiver, clientOptions: { slackApiUrl: slack.apiUrl } });
    const seen: string[] = [];
    app.command('/belay', async ({ ack, command, client }) => {
      await ack();
      await client.views.open({
        trigger_id: command.trigger_id,
        view: { type: 'modal', title: { type: 'plain_text', text: 'Run' }, blocks: [] },
      });
      seen.push(`command ${command.text} by ${command.user_id}`);
    });
    app.action('approve', async ({ ack, body }) => {
      await ack();
      seen.push(`click by ${body.user.id}`);
    });
    app.view('run', async ({ ack, view }) => {
      await ack();
      seen.push(`view ${view.state.values['b']?.['a']?.value}`);
    });
    const port = await freePort();
    await app.start({ port, host: '127.0.0.1' });
    stops.push(() => app.stop());
    const to = { url: `http://127.0.0.1:${port}/slack/events`, signingSecret: slack.signingSecret };
    const { teamId, channelId, users } = slack;
    const origin = { teamId, channelId, userId: users.ada, triggerId: await slack.triggerId(users.ada) };
    const click = blockAction(origin, { actionId: 'approve', value: 'g-1' });
    const bodies = [
      slashCommand(origin, '/belay', 'run bad-deploy'),
      click,
      viewSubmission(origin, { callbackId: 'run', values: { b: { a: { type: 'plain_text_input', value: 'x' } } } }),
    ];

    const statuses = [];
    for (const body of bodies) statuses.push((await sendSlack({ ...to, body })).status);
    await until('all three were handled', () => seen.length === 3);
    const old = Math.floor(Date.now() / 1_000) - 600;

    expect(statuses).toEqual([200, 200, 200]);
    expect(seen.toSorted()).toEqual([`click by ${users.ada}`, `command run bad-deploy by ${users.ada}`, 'view x']);
    expect((await sendSlack({ ...to, body: click, signingSecret: 'wrong' })).status).toBe(401);
    expect((await sendSlack({ ...to, body: click, timestamp: old })).status).toBe(401);
    expect((await sendSlack({ ...to, body: click, headers: { 'x-slack-signature': '' } })).status).toBe(401);
    expect(seen).toHaveLength(3);
  });
});

const nothing = (): void => undefined;
const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  setName: nothing,
  getLevel: () => LogLevel.ERROR,
};

/** A small HTTP server that answers everything with what `answer` gives; stopped with the test. Gives its url. */
async function listen(answer: (headers: IncomingHttpHeaders, body: string) => string): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => response.end(answer(request.headers, body)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${portOf(server)}`;
}
