import envPaths from 'env-paths';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import type { DataFolder } from '../../platform/data/data-folder.ts';
import { migrate } from '../../platform/database/migrate.ts';
import type { Logger } from '../../platform/log.ts';
import { CliError, reasonOf } from '../../platform/problem.ts';
import { startEmbeddedPostgres } from '../../platform/postgres/embedded-postgres.ts';
import type { Status } from '../../platform/screen.ts';
import { binarySources, type Progress } from '../../platform/temporal/binary-sources.ts';
import { startEmbeddedTemporal } from '../../platform/temporal/embedded-temporal.ts';
import { connectTemporal, temporalAddress } from '../../platform/temporal/temporal-connection.ts';
import { linkTemporal } from '../../platform/temporal/temporal-link.ts';
import { systems } from '../../tools/catalog.ts';
import { buildRegistry } from '../../tools/registry.ts';
import { buildManifest } from '../../workers/build-manifest.ts';
import { bundleWorkflows } from '../../workers/bundle-workflows.ts';
import { pullAlerts } from '../../intake/pull-alerts.ts';
import { runbooks } from '../../workflows/runbooks.ts';
import { connectionNames, connectionSettings } from './connections.ts';
import { keysMadeIn } from './keys.ts';
import { refusePortInUse } from './port-in-use.ts';
import { localPerson, startServer } from './server.ts';
import { loadTeam } from './team.ts';
import { unlessRefused } from './unless-refused.ts';
import { startAllWorkers } from './workers.ts';

export interface BelayOptions {
  readonly configuration: Configuration;
  readonly data: DataFolder;
  readonly observe: boolean;
  readonly progress: Progress;
  readonly log: Logger;
  /** Ends the start: what began is stopped, and the start rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** A part ended that nobody stopped; says which and how. */
  readonly onUnexpectedEnd: (what: string) => void;
}

/** A whole embedded Belay. */
export interface Belay {
  readonly status: Omit<Status, 'tookMs'>;
  stop(): Promise<void>;
}

type Stop = () => Promise<void>;

/** @throws CliError for a database that refuses (exit 2) or does not answer (exit 3). */
async function bringUpToDate(url: string): Promise<void> {
  try {
    await unlessRefused(() => migrate(url));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(
      `The database on ${new URL(url).host} does not answer (${reasonOf(error)}); check DATABASE_URL, or unset it to use the embedded one.`,
      3,
      { cause: error },
    );
  }
}

async function database({ configuration, data, progress, onUnexpectedEnd }: BelayOptions, stops: Stop[]) {
  const { DATABASE_URL: url } = configuration;
  if (url !== undefined) return { url, part: { address: new URL(url).host, embedded: false } };
  const postgres = await startEmbeddedPostgres({
    data,
    progress,
    onUnexpectedEnd: (how) => onUnexpectedEnd(`PostgreSQL ended (${how})`),
  });
  stops.push(() => postgres.stop());
  return { url: postgres.url, part: { address: postgres.address, embedded: true } };
}

async function temporal(options: BelayOptions, stops: Stop[]) {
  const { configuration, data, progress, signal, onUnexpectedEnd } = options;
  const namespace = configuration.TEMPORAL_NAMESPACE;
  const own = temporalAddress(configuration);
  if (own) {
    progress(`Connecting to Temporal on ${own.address}`);
    await (await connectTemporal(own)).close();
    return { address: own, namespace, part: { address: own.address, embedded: false } };
  }
  const cache = envPaths('belay', { suffix: '' }).cache;
  const server = await startEmbeddedTemporal({
    data,
    progress,
    sources: binarySources({ path: process.env['PATH'] ?? '', cache, parts: configuration.BELAY_PARTS, signal }),
    onUnexpectedEnd: (how) => onUnexpectedEnd(`Temporal ended (${how})`),
  });
  stops.push(() => server.stop());
  return {
    address: { address: server.address },
    namespace: server.namespace,
    part: { address: server.address, embedded: true, detail: server.version, uiUrl: server.uiUrl },
  };
}

/** Side by side, until all of them ended: what a failure of one leaves starting could not be stopped any more. */
async function together<T extends unknown[]>(
  signal: AbortSignal,
  start: (signal: AbortSignal) => { [I in keyof T]: Promise<T[I]> },
): Promise<T> {
  const oneFailed = new AbortController();
  const parts = start(AbortSignal.any([signal, oneFailed.signal]));
  const all = Promise.all(parts);
  all.catch((error: unknown) => oneFailed.abort(error));
  await Promise.allSettled(parts);
  return await all;
}

/** Starts everything in one process, in order, and stops what it started when a later part fails or `signal` says so. */
export async function startBelay(options: BelayOptions): Promise<Belay> {
  const { configuration, data, observe, progress, log, signal } = options;
  const stops: Stop[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).toReversed())
      await one().catch((error: unknown) => log.warn({ err: error }, 'a part did not stop cleanly'));
  };
  try {
    await refusePortInUse(configuration.BELAY_HOST, configuration.BELAY_PORT);
    const team = await loadTeam(process.cwd(), data.run);
    const registry = buildRegistry([...systems, ...(team.config.systems ?? [])]);
    const settings = { ...team.config.connections, ...connectionSettings(configuration) };
    const [db, time, bundle] = await together(signal, (either) => [
      database(options, stops),
      temporal({ ...options, signal: either }, stops),
      bundleWorkflows(team.workflowEntry),
    ]);
    signal.throwIfAborted();
    progress('Bringing the database up to date');
    await bringUpToDate(configuration.DATABASE_MIGRATION_URL ?? db.url);
    const manifest = buildManifest(registry, [...runbooks, ...team.runbooks], connectionNames(settings), bundle.hash);
    const link = linkTemporal(time.address, time.namespace);
    stops.push(() => link.close());
    let signInCode: string | undefined;
    signal.throwIfAborted();
    progress('Opening the doors');
    const server = await startServer({
      configuration,
      databaseUrl: db.url,
      keys: keysMadeIn(data.keys, configuration.BELAY_SIGNING_KEY),
      person: localPerson(),
      token: data.token,
      manifest,
      temporal: link,
      solo: true,
      observeOnly: observe,
      workerTokens: undefined,
      log,
      announceCode: (code) => {
        signInCode = code;
      },
    });
    stops.push(() => server.stop());
    signal.throwIfAborted();
    progress('Starting the workers');
    const workers = await startAllWorkers({
      configuration,
      address: time.address,
      namespace: time.namespace,
      authority: server.authority,
      publicKeyPem: server.publicKeyPem,
      registry,
      manifest,
      settings,
      bundle,
    });
    stops.push(() => workers.stop());
    workers.ended.catch((error: unknown) => options.onUnexpectedEnd(`A worker failed (${String(error)})`));
    if (observe && configuration.ALERTMANAGER_URL !== undefined) {
      progress('Reading the alerts that fire now');
      await pullAlerts(configuration.ALERTMANAGER_URL, server.doors, server.routes);
    }
    signal.throwIfAborted();
    const loopback = ['127.0.0.1', 'localhost', '::1'].includes(configuration.BELAY_HOST);
    const proof = configuration.hooks.get('alertmanager');
    return {
      stop,
      status: {
        mode: observe ? 'observe' : 'propose',
        url: server.url,
        ...(signInCode === undefined ? {} : { signInCode }),
        data: data.path,
        temporal: time.part,
        database: db.part,
        ...(configuration.BELAY_MODEL === undefined ? {} : { model: configuration.BELAY_MODEL }),
        ...(server.slack
          ? {
              slack: {
                mode: server.slack.status().mode,
                ...(configuration.BELAY_SLACK_CHANNEL ? { channel: configuration.BELAY_SLACK_CHANNEL } : {}),
              },
            }
          : {}),
        policy: server.policy,
        approvers: server.approvers,
        halts: server.halts,
        ...(configuration.KUBECONFIG ? { kubernetes: configuration.KUBECONFIG } : {}),
        ...(configuration.PROMETHEUS_URL ? { prometheus: configuration.PROMETHEUS_URL } : {}),
        ...(configuration.ALERTMANAGER_URL ? { alertmanager: configuration.ALERTMANAGER_URL } : {}),
        routes: server.routes.routes.length,
        openHooks: proof && (proof.secrets.length > 0 || proof.tokens.length > 0) ? [] : ['alertmanager'],
        exposed: !loopback,
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
