import { NativeConnection } from '@temporalio/worker';
import { createConnections, type ConnectionSettings } from '../../activities/connections.ts';
import { createSecrets } from '../../activities/secrets.ts';
import type { AuthorityClient } from '../../authority/protocol.ts';
import type { Manifest } from '../../domain/manifest.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import type { TemporalAddress } from '../../platform/temporal/temporal-connection.ts';
import type { Registry } from '../../tools/registry.ts';
import { startAgentsWorker } from '../../workers/agents-worker.ts';
import type { WorkflowBundle } from '../../workers/bundle-workflows.ts';
import type { RunningWorker, WorkerConnection } from '../../workers/run-worker.ts';
import { startRunbooksWorker } from '../../workers/runbooks-worker.ts';
import { startToolsWorkers } from '../../workers/tools-worker.ts';

export interface WorkerParts {
  readonly configuration: Configuration;
  readonly address: TemporalAddress;
  readonly namespace: string;
  readonly dataConverter?: WorkerConnection['dataConverter'];
  readonly authority: AuthorityClient;
  readonly publicKeyPem: string;
  readonly registry: Registry;
  readonly manifest: Manifest;
  readonly settings: ConnectionSettings;
  readonly bundle: WorkflowBundle;
}

export interface RunningWorkers {
  readonly queues: readonly string[];
  /** Rejects when any of them fails. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** The model's settings; undefined when none is configured, and then there is no agents worker. */
export function modelSettings({ BELAY_MODEL, OPENAI_API_KEY, OPENAI_BASE_URL }: Configuration) {
  if (BELAY_MODEL === undefined) return undefined;
  return {
    model: BELAY_MODEL,
    ...(OPENAI_API_KEY === undefined ? {} : { apiKey: OPENAI_API_KEY }),
    ...(OPENAI_BASE_URL === undefined ? {} : { baseUrl: OPENAI_BASE_URL }),
  };
}

/** Every kind of worker in this process: embedded mode. */
export async function startAllWorkers(parts: WorkerParts): Promise<RunningWorkers> {
  const { authority, manifest, registry, settings, bundle, publicKeyPem, dataConverter } = parts;
  const connection = await NativeConnection.connect(parts.address);
  const at: WorkerConnection = {
    connection,
    namespace: parts.namespace,
    ...(dataConverter === undefined ? {} : { dataConverter }),
  };
  const model = modelSettings(parts.configuration);
  const workers: RunningWorker[] = [
    await startRunbooksWorker(at, { bundle, authority }),
    ...(await startToolsWorkers(at, {
      authority,
      connections: createConnections(registry, settings, createSecrets(parts.configuration.secrets)),
      publicKeyPem,
      now: () => new Date(),
    })),
    ...(model ? [await startAgentsWorker(at, { authority, manifest, model })] : []),
  ];
  return {
    queues: workers.map((worker) => worker.queue),
    ended: Promise.race(workers.map((worker) => worker.ended)),
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await connection.close();
    },
  };
}
