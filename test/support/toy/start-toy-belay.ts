import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { createConnections } from '../../../src/activities/connections.ts';
import type { ModelSettings } from '../../../src/agents/chat-model.ts';
import type { AuthorityContext } from '../../../src/authority/context.ts';
import { directAuthority } from '../../../src/authority/create-client.ts';
import { createDoors } from '../../../src/authority/create-doors.ts';
import type { Doors } from '../../../src/authority/doors.ts';
import { newPrivateKeyPem, signingKeyFrom } from '../../../src/authority/keys/signing-key.ts';
import { startOutbox } from '../../../src/authority/outbox/outbox.ts';
import { firstPolicy } from '../../../src/authority/policy/first-policy.ts';
import type { AuthorityClient } from '../../../src/authority/protocol.ts';
import type { Gate } from '../../../src/domain/gate.ts';
import type { Person } from '../../../src/domain/person.ts';
import { createAnnouncements } from '../../../src/intake/announce.ts';
import { createDispatch } from '../../../src/intake/dispatch.ts';
import { connect } from '../../../src/platform/database/connect.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { buildRegistry } from '../../../src/tools/registry.ts';
import { startAgentsWorker } from '../../../src/workers/agents-worker.ts';
import { buildManifest } from '../../../src/workers/build-manifest.ts';
import { bundleWorkflows, type WorkflowBundle } from '../../../src/workers/bundle-workflows.ts';
import { startRunbooksWorker } from '../../../src/workers/runbooks-worker.ts';
import type { RunningWorker } from '../../../src/workers/run-worker.ts';
import { startToolsWorkers } from '../../../src/workers/tools-worker.ts';
import { createDatabase } from '../start-postgres.ts';
import { until } from '../until.ts';
import { Lamps, lampSystem } from './lamp.ts';
import { lampRunbook } from './lamp-runbook.ts';

export const ada: Person = { id: 'local:ada', name: 'ada', door: 'api' };
export const grace: Person = { id: 'local:grace', name: 'grace', door: 'api' };

export interface ToyOptions {
  readonly temporal: string;
  /** Person ids; ada alone unless given. */
  readonly approvers?: readonly string[];
  readonly solo?: boolean;
  readonly model?: ModelSettings;
  /** Shared between the instances of one test file, because bundling takes a second. */
  readonly bundle?: WorkflowBundle;
  readonly databaseUrl?: string;
  readonly lamps?: Lamps;
  readonly key?: string;
  /** Of client and workers; its bundle is made with `bundleToy({ encodeFailures: true })`. */
  readonly dataConverter?: DataConverter;
  /** Wraps the authority as workers see it: to count, to fail, to pause. */
  readonly wrap?: (authority: AuthorityClient) => AuthorityClient;
}

/** A whole Belay with the lamp runbook: real Temporal, real PostgreSQL, workers in this process, no HTTP. */
export interface ToyBelay {
  readonly doors: Doors;
  readonly context: AuthorityContext;
  readonly authority: AuthorityClient;
  readonly client: Client;
  readonly lamps: Lamps;
  readonly databaseUrl: string;
  start(input: { name: string; [field: string]: unknown }, dryRun?: boolean): Promise<string>;
  openGate(run: string): Promise<Gate>;
  approve(run: string, person?: Person): Promise<void>;
  ended(run: string): Promise<NonNullable<Awaited<ReturnType<Doors['run']>>>>;
  kinds(run: string): Promise<string[]>;
  stopWorkers(): Promise<void>;
  startWorkers(): Promise<void>;
  stop(): Promise<void>;
}

export const bundleToy = (options: { encodeFailures?: boolean } = {}): Promise<WorkflowBundle> =>
  bundleWorkflows(fileURLToPath(new URL('workflows.ts', import.meta.url)), options);

export async function startToyBelay(options: ToyOptions): Promise<ToyBelay> {
  const databaseUrl = options.databaseUrl ?? (await createDatabase());
  await migrate(databaseUrl);
  const { db, close } = connect(databaseUrl, () => undefined);
  const lamps = options.lamps ?? new Lamps();
  const registry = buildRegistry([lampSystem(lamps)]);
  const bundle = options.bundle ?? (await bundleToy());
  const settings = { lamp: { default: {} } };
  const manifest = buildManifest(registry, [lampRunbook], { lamp: ['default'] }, bundle.hash);
  let poke = () => {};
  const context: AuthorityContext = {
    db,
    manifest,
    key: signingKeyFrom(options.key ?? newPrivateKeyPem()),
    blobKey: randomBytes(32),
    policy: firstPolicy({ approvers: options.approvers ?? [ada.id], solo: options.solo ?? true }),
    model: options.model?.model ?? null,
    now: () => new Date(),
    poke: () => poke(),
  };
  const doors = createDoors(context);
  const direct = directAuthority(context);
  const authority = options.wrap?.(direct) ?? direct;
  const connection = await Connection.connect({ address: options.temporal });
  const converter = options.dataConverter === undefined ? {} : { dataConverter: options.dataConverter };
  const client = new Client({ connection, ...converter });
  const outbox = startOutbox({
    db,
    now: context.now,
    handlers: {
      ...createDispatch({ context, client: async () => client, labelled: () => false }),
      ...createAnnouncements({ context, doors, announcer: () => undefined }),
    },
    onError: () => undefined,
  });
  poke = outbox.poke;
  let native: NativeConnection | undefined;
  let workers: RunningWorker[] = [];
  const startWorkers = async () => {
    native = await NativeConnection.connect({ address: options.temporal });
    const at = { connection: native, namespace: 'default', ...converter };
    workers = [
      await startRunbooksWorker(at, { bundle, authority }),
      ...(await startToolsWorkers(at, {
        authority,
        connections: createConnections(registry, settings),
        publicKeyPem: context.key.publicKeyPem,
        now: context.now,
      })),
      ...(options.model ? [await startAgentsWorker(at, { authority, manifest, model: options.model })] : []),
    ];
  };
  const stopWorkers = async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await native?.close();
    workers = [];
    native = undefined;
  };
  await startWorkers();
  const toy: ToyBelay = {
    doors,
    context,
    authority,
    client,
    lamps,
    databaseUrl,
    startWorkers,
    stopWorkers,
    start: async (input, dryRun = false) => {
      const answer = await doors.start({ runbook: lampRunbook.name, input: input as never, dryRun }, ada);
      if (answer.answer !== 'registered') throw new Error(JSON.stringify(answer));
      return answer.run;
    },
    openGate: (run) =>
      until(`run ${run} opens a gate`, async () => (await doors.gates({ run, state: 'open' }))[0], { within: 30_000 }),
    approve: async (run, person = ada) => {
      const gate = await toy.openGate(run);
      const answer = await doors.decide(gate.id, { decision: 'approve', digest: gate.digest }, person);
      if (answer.answer !== 'recorded') throw new Error(JSON.stringify(answer));
    },
    ended: (run) =>
      until(
        `run ${run} ends`,
        async () => {
          const view = await doors.run(run);
          return view && ['finished', 'cancelled', 'failed'].includes(view.state) ? view : undefined;
        },
        { within: 60_000, every: 100 },
      ),
    kinds: async (run) => (await doors.ledger(run)).map((entry) => entry.kind),
    stop: async () => {
      await stopWorkers();
      await outbox.stop();
      await connection.close();
      await close();
    },
  };
  return toy;
}
