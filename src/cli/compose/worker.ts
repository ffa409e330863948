import { readFileSync } from 'node:fs';
import { NativeConnection } from '@temporalio/worker';
import { type ConnectionSettings, createConnections } from '../../activities/connections.ts';
import { createSecrets } from '../../activities/secrets.ts';
import { httpAuthority } from '../../authority/http-client.ts';
import { publicKeysIn } from '../../authority/keys/verify-signature.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { kindOfQueue } from '../../domain/queue.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import { CliError, reasonOf } from '../../platform/problem.ts';
import { temporalAddress } from '../../platform/temporal/temporal-connection.ts';
import { systems } from '../../tools/catalog.ts';
import { buildRegistry } from '../../tools/registry.ts';
import { startAgentsWorker } from '../../workers/agents-worker.ts';
import type { RunningWorker, WorkerConnection } from '../../workers/run-worker.ts';
import { startRunbooksWorker } from '../../workers/runbooks-worker.ts';
import { startToolsWorkers } from '../../workers/tools-worker.ts';
import { buildOf, readBundle, readManifest } from './build-folder.ts';
import { connectionSettings } from './connections.ts';
import { type Patience, patiently } from './patience.ts';
import { payloadProtection } from './production-server.ts';
import { withScratch } from './scratch.ts';
import { loadTeam } from './team.ts';
import { beWelcome } from './welcome.ts';
import { modelSettings } from './workers.ts';

type Authority = ReturnType<typeof httpAuthority>;

/** A worker that has everything but its connection to Temporal, so that what is wrong is said before it waits. */
interface Prepared {
  readonly manifest: Manifest | undefined;
  readonly keyIds: readonly string[] | undefined;
  start(at: WorkerConnection, authority: Authority): Promise<readonly RunningWorker[]>;
}

function prepareRunbooks({ BELAY_BUILD: folder }: Configuration): Prepared {
  const bundle = readBundle(folder);
  return {
    manifest: readManifest(folder),
    keyIds: undefined,
    start: async (at, authority) => [await startRunbooksWorker(at, { bundle, authority })],
  };
}

function prepareAgents(configuration: Configuration): Prepared {
  const model = modelSettings(configuration);
  if (model === undefined)
    throw new CliError(
      'An agents worker needs BELAY_MODEL; without a model the written rules propose, and no such worker.',
      2,
    );
  const manifest = readManifest(configuration.BELAY_BUILD);
  return {
    manifest,
    keyIds: undefined,
    start: async (at, authority) => [await startAgentsWorker(at, { authority, manifest, model })],
  };
}

/** The pinned keys (several while one is rotated): a worker that asked the server for them would believe whoever answers. */
function pinnedKeys({ BELAY_AUTHORITY_KEY_FILE: path }: Configuration): { pem: string; ids: readonly string[] } {
  if (path === undefined)
    throw new CliError(
      "BELAY_AUTHORITY_KEY_FILE is missing: the authority's public key, PEM; a tools worker checks run permits with it.",
      2,
    );
  const pem = readFileSync(path, 'utf8');
  try {
    return { pem, ids: [...publicKeysIn(pem).keys()] };
  } catch (error) {
    throw new CliError(`BELAY_AUTHORITY_KEY_FILE: ${path} cannot be used (${reasonOf(error)}).`, 2, { cause: error });
  }
}

async function prepareTools(configuration: Configuration, queue: string): Promise<Prepared> {
  const [, system = '', connection = ''] = queue.split('.');
  const { pem: publicKeyPem, ids: keyIds } = pinnedKeys(configuration);
  const team = await withScratch((folder) => loadTeam(process.cwd(), folder));
  const registry = buildRegistry([...systems, ...(team.config.systems ?? [])]);
  const known: ConnectionSettings = { ...team.config.connections, ...connectionSettings(configuration) };
  const settings = known[system]?.[connection];
  if (registry.system(system) === undefined)
    throw new CliError(
      `There is no system "${system}"; there is ${registry.systems.map(({ name }) => name).join(', ')}.`,
      2,
    );
  if (settings === undefined)
    throw new CliError(
      `This worker has no connection "${connection}" of ${system}: the environment names "default" (KUBECONFIG, PROMETHEUS_URL, GITHUB_TOKEN, AWS_REGION), BELAY_AWS_ACCOUNTS the AWS accounts, BELAY_SCANNERS the scanners, belay.config.ts the others.`,
      2,
    );
  // One credential a process, whatever else the environment holds.
  const connections = createConnections(
    registry,
    { [system]: { [connection]: settings } },
    createSecrets(configuration.secrets),
  );
  return {
    manifest: undefined,
    keyIds,
    start: (at, authority) => startToolsWorkers(at, { authority, connections, publicKeyPem, now: () => new Date() }),
  };
}

/** What is for tools is not for those who run workflows or ask a model. */
function refuseSecrets({ secrets }: Configuration, queue: string): void {
  const [first] = secrets.keys();
  if (first !== undefined && kindOfQueue(queue) !== 'tools')
    throw new CliError(
      `${first} is set, and a worker of ${queue} must not hold it; give it to the tools worker that uses it.`,
      2,
    );
}

async function prepare(configuration: Configuration, queue: string): Promise<Prepared> {
  refuseSecrets(configuration, queue);
  switch (kindOfQueue(queue)) {
    case 'runbooks':
      return prepareRunbooks(configuration);
    case 'agents':
      return prepareAgents(configuration);
    case 'tools':
      return await prepareTools(configuration, queue);
    case undefined:
      throw new CliError(`"${queue}" is no queue; there are runbooks, agents and tools.<system>.<connection>.`, 2);
  }
}

/**
 * One worker of production, on one queue, with that queue's token. Waits for server and Temporal.
 * @throws CliError for what is wrong (exit 2) or not there in time (exit 3).
 */
export async function startProductionWorker(
  configuration: Configuration,
  queue: string,
  patience: Patience,
): Promise<RunningWorker> {
  const prepared = await prepare(configuration, queue);
  const { BELAY_AUTHORITY_URL: url, BELAY_WORKER_TOKEN: token } = configuration;
  const address = temporalAddress(configuration);
  if (!url || !token || !address) throw new Error('the configuration was read for a worker');
  const protection = payloadProtection(configuration);
  const build = prepared.manifest === undefined ? undefined : buildOf(prepared.manifest);
  const { keyIds } = prepared;
  const identity = { url, token, queue, keyIds, payloadKeys: protection?.ids, build, log: patience.log };
  await patiently('the server', () => beWelcome(identity), patience);
  const connection = await patiently('Temporal', () => NativeConnection.connect(address), patience);
  const at: WorkerConnection = {
    connection,
    namespace: configuration.TEMPORAL_NAMESPACE,
    ...(protection === undefined ? {} : { dataConverter: protection.converter }),
  };
  const workers = await prepared.start(at, httpAuthority({ url, token })).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  return {
    queue,
    ended: Promise.race(workers.map((worker) => worker.ended)),
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await connection.close();
    },
  };
}
