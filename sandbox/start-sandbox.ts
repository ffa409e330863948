import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlertRule } from './alerts/alert-rule.ts';
import { alertmanagerApi } from './alerts/alertmanager-api.ts';
import { Notifier } from './alerts/notifier.ts';
import type { SandboxAws } from './aws/start-sandbox-aws.ts';
import { startSandboxAws } from './aws/start-sandbox-aws.ts';
import type { Cluster } from './cluster/start-cluster.ts';
import { startCluster } from './cluster/start-cluster.ts';
import { controlApi } from './control/control-api.ts';
import { FOLDER_PREFIX } from './control/state-file.ts';
import { everyMs } from './every.ts';
import { graphLink, prometheusApi } from './metrics/prometheus-api.ts';
import { SampleStore } from './metrics/sample-store.ts';
import { scrape } from './metrics/scrape.ts';
import type { SandboxSlack } from './slack/start-sandbox-slack.ts';
import { sandboxStatus } from './status.ts';
import type { SandboxStatus } from './status.ts';
import { heal } from './stories/heal.ts';
import { storyNamed } from './stories/stories.ts';
import { startLoad } from './traffic/load.ts';

export interface SandboxOptions {
  /** Where alerts are posted, as Alertmanager v4. Without it they are only listed. */
  webhook?: string;
  /** Belay's base URL, for Slack's clicks. Default: the webhook's origin. */
  belay?: string;
  /** Whether the small Slack starts too. Default: whenever Belay's address is known. */
  slack?: boolean;
  /** The first of six ports in a row (control, Prometheus, Alertmanager, cluster, Slack, AWS). Default: free ones. */
  port?: number;
  /** How often a firing alert is posted again. Default: 30 s. */
  repeatMs?: number;
}

export interface Sandbox {
  /** The path of a kubeconfig with the contexts `belay-sandbox` and, read-only, `belay-sandbox-viewer`. */
  kubeconfig: string;
  cluster: string;
  prometheus: string;
  alertmanager: string;
  /** The control server; what it is asked needs `controlToken` as bearer. */
  control: string;
  controlToken: string;
  slack: SandboxSlack | undefined;
  aws: SandboxAws;
  /** @throws UnknownStory */
  breakStory(name: string): void;
  heal(): void;
  status(): SandboxStatus;
  /** Ends every process, server and file of it. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const PERIOD_MS = 1000;
const READ_EVERY_MS = 5000;

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`${what} within ${READY_WITHIN_MS / 1000} s`);
    await sleep(50);
  }
}

const allReady = ({ store }: Cluster): boolean =>
  store.list('Deployment').every(({ spec, status }) => status.availableReplicas === spec.replicas);

function ownFolder(stops: (() => unknown)[]): string {
  const folder = mkdtempSync(join(tmpdir(), FOLDER_PREFIX));
  stops.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

function writeKubeconfig(text: string, folder: string): string {
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/**
 * Starts the whole sandbox and waits until the shop is healthy and has been measured for a moment.
 * @throws the system's error when a port is taken; nothing is left running then
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const stops: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  try {
    return await start(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: SandboxOptions, stops: (() => unknown)[], stop: () => Promise<void>): Promise<Sandbox> {
  const { webhook } = options;
  const port = (offset: number): number => (options.port ? options.port + offset : 0);
  const cluster = await startCluster(port(3));
  stops.push(() => cluster.stop());
  const samples = new SampleStore();
  const rule = new AlertRule(samples);

  const prometheusServer = await prometheusApi(samples, rule);
  stops.push(() => prometheusServer.close());
  const prometheus = await prometheusServer.listen({ host: '127.0.0.1', port: port(1) });
  const generator = graphLink(prometheus, rule.expression);
  const urls = { external: '', generator };
  const notifier = new Notifier({
    webhook,
    urls,
    ...(options.repeatMs !== undefined && { repeatMs: options.repeatMs }),
  });
  const alertmanagerServer = alertmanagerApi(notifier, generator);
  stops.push(() => alertmanagerServer.close());
  const alertmanager = await alertmanagerServer.listen({ host: '127.0.0.1', port: port(2) });
  urls.external = alertmanager;

  const belay = options.belay ?? (webhook === undefined ? undefined : new URL(webhook).origin);
  const slack = belay !== undefined && options.slack !== false ? await startSlack(belay, port(4)) : undefined;
  if (slack) stops.push(() => slack.stop());

  const folder = ownFolder(stops);
  const aws = await startSandboxAws({ port: port(5), folder, readEveryMs: READ_EVERY_MS });
  stops.push(() => aws.stop());

  const systems = { store: cluster.store, aws: aws.world };
  const actions = {
    breakStory: (name: string) => storyNamed(name).break(systems),
    heal: () => heal(systems),
    status: () => sandboxStatus(systems, rule, notifier, webhook),
  };
  const controlToken = randomBytes(24).toString('base64url');
  const controlServer = controlApi(actions, controlToken);
  stops.push(() => controlServer.close());
  const control = await controlServer.listen({ host: '127.0.0.1', port: port(0) });

  const kubeconfig = writeKubeconfig(cluster.kubeconfig, folder);
  await until(() => allReady(cluster), 'the shop did not become ready');
  stops.push(startLoad(cluster.gateway.url));
  stops.push(() => notifier.stop());
  stops.push(
    everyMs(PERIOD_MS, async () => {
      await scrape(cluster, samples);
      rule.evaluate();
      notifier.observe(rule.alerts());
    }),
  );
  await until(() => rule.ratio === 0, 'the shop did not answer its customers');
  const addresses = { cluster: cluster.url, prometheus, alertmanager, control };
  return { kubeconfig, ...addresses, controlToken, slack, aws, ...actions, stop };
}

async function startSlack(belay: string, port: number): Promise<SandboxSlack> {
  // Loaded only when asked for: it is the largest part, and tests mostly do without.
  const { startSandboxSlack } = await import('./slack/start-sandbox-slack.ts');
  return startSandboxSlack({ belay, port });
}
