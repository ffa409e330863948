import { randomBytes } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { type ConnectionSettings, createConnections } from '../../../src/activities/connections.ts';
import type { ModelSettings } from '../../../src/agents/chat-model.ts';
import type { Announcer } from '../../../src/authority/announcer.ts';
import type { AuthorityContext } from '../../../src/authority/context.ts';
import { directAuthority } from '../../../src/authority/create-client.ts';
import { createDoors } from '../../../src/authority/create-doors.ts';
import type { Doors } from '../../../src/authority/doors.ts';
import { newPrivateKeyPem, signingKeyFrom } from '../../../src/authority/keys/signing-key.ts';
import { verifiedSequence } from '../../../src/authority/ledger/verified-sequence.ts';
import { startOutbox } from '../../../src/authority/outbox/outbox.ts';
import { simpleBundle } from '../../../src/authority/bundle/simple-bundle.ts';
import { calls } from '../../../src/authority/calls.ts';
import type { AuthorityClient, Call, RequestOf } from '../../../src/authority/protocol.ts';
import type { DecisionAnswer, DecisionRequest } from '../../../src/domain/decision.ts';
import type { GrantAnswer } from '../../../src/domain/grant.ts';
import type { Gate } from '../../../src/domain/gate.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { PROGRESS_QUERY } from '../../../src/domain/messages.ts';
import type { Person } from '../../../src/domain/person.ts';
import type { RunMode } from '../../../src/domain/run.ts';
import type { AnyRunbook } from '../../../src/sdk/define-runbook.ts';
import type { AnySystem } from '../../../src/sdk/define-system.ts';
import { createAnnouncements } from '../../../src/intake/announce.ts';
import { createDispatch } from '../../../src/intake/dispatch.ts';
import { connect } from '../../../src/platform/database/connect.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { buildRegistry } from '../../../src/tools/registry.ts';
import { startAgentsWorker } from '../../../src/workers/agents-worker.ts';
import { buildManifest } from '../../../src/workers/build-manifest.ts';
import type { WorkflowBundle } from '../../../src/workers/bundle-workflows.ts';
import { startRunbooksWorker } from '../../../src/workers/runbooks-worker.ts';
import type { RunningWorker } from '../../../src/workers/run-worker.ts';
import { startToolsWorkers } from '../../../src/workers/tools-worker.ts';
import { createDatabase } from '../start-postgres.ts';
import { until } from '../until.ts';
import { bundleToy } from './bundle-toy.ts';
import { Lamps, lampSystem } from './lamp.ts';
import { lampRunbook } from './lamp-runbook.ts';
import { lampsRunbook } from './lamps-runbook.ts';

export { bundleToy };
export const ada: Person = { id: 'local:ada', name: 'ada', door: 'api' };
export const grace: Person = { id: 'local:grace', name: 'grace', door: 'api' };

/** Another world than the room of lamps: its systems, its runbooks, and the bundle that holds them. */
export interface ToyWorld {
  readonly systems: readonly AnySystem[];
  readonly runbooks: readonly AnyRunbook[];
  readonly settings: ConnectionSettings;
}

export interface ToyOptions {
  readonly temporal: string;
  readonly world?: ToyWorld;
  /** Person ids; ada alone unless given. */
  readonly approvers?: readonly string[];
  readonly solo?: boolean;
  /** False where the test serves the queues that act itself. */
  readonly tools?: boolean;
  readonly model?: ModelSettings;
  /** Shared between the instances of one test file, because bundling takes a second. */
  readonly bundle?: WorkflowBundle;
  readonly databaseUrl?: string;
  readonly lamps?: Lamps;
  readonly key?: string;
  /** Of client and workers; its bundle is made with `bundleToy({ encodeFailures: true })`. */
  readonly dataConverter?: DataConverter;
  /** Who tells people; nobody unless given. */
  readonly announcer?: () => Announcer | undefined;
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
  /** What the authority's clock is ahead of the true one, in milliseconds. */
  readonly clock: { ahead: number };
  /** Deaths right after the authority answered a turn's recording; other answers to "may I, now?" than its own; failures of any call. */
  readonly faults: {
    readonly recordTurn: { after: (() => void) | undefined };
    readonly grant: { instead: ((request: RequestOf<'grant'>) => GrantAnswer | undefined) | undefined };
    readonly any: { before: ((call: Call, request: object) => void) | undefined };
  };
  start(input: JsonObject, how?: { dryRun?: boolean; mode?: RunMode; runbook?: string }): Promise<string>;
  /** Where the run says it is. */
  progress(run: string): Promise<string>;
  handle(run: string): Promise<WorkflowHandle>;
  note(run: string, text: string | RegExp): Promise<string>;
  openGate(run: string): Promise<Gate>;
  approve(run: string, person?: Person): Promise<void>;
  /** Decides on the run's open gate. */
  decide(run: string, request: Partial<DecisionRequest>, person?: Person): Promise<DecisionAnswer>;
  /** The run's open gate, once it is another one than this. */
  nextGate(run: string, before: { readonly id: string }): Promise<Gate>;
  ended(run: string): Promise<NonNullable<Awaited<ReturnType<Doors['run']>>>>;
  kinds(run: string): Promise<string[]>;
  stopWorkers(): Promise<void>;
  /** Without `tools` nobody serves the queues that act. */
  startWorkers(which?: { tools: boolean }): Promise<void>;
  stop(): Promise<void>;
}

/** Tells of each call before the authority hears it; a throw there is an answer that never came. */
function overheard(authority: AuthorityClient, before: (call: Call, request: object) => void): AuthorityClient {
  const entries = calls.map((name) => [
    name,
    async (request: never) => {
      before(name, request);
      return await authority[name](request);
    },
  ]);
  return Object.fromEntries(entries);
}

export async function startToyBelay(options: ToyOptions): Promise<ToyBelay> {
  const databaseUrl = options.databaseUrl ?? (await createDatabase());
  await migrate(databaseUrl);
  const database = connect(databaseUrl, () => undefined);
  const { db } = database;
  const lamps = options.lamps ?? new Lamps();
  const world = options.world ?? {
    systems: [lampSystem(lamps)],
    runbooks: [lampRunbook, lampsRunbook],
    settings: { lamp: { default: {}, attic: {} } },
  };
  const registry = buildRegistry(world.systems);
  const bundle = options.bundle ?? (await bundleToy());
  const { settings } = world;
  const connectionNames = Object.entries(settings).map(([system, named]) => [system, Object.keys(named)]);
  const manifest = buildManifest(registry, world.runbooks, Object.fromEntries(connectionNames), bundle.hash);
  const clock = { ahead: 0 };
  let poke = () => {};
  const rules = simpleBundle({ approvers: options.approvers ?? [ada.id], solo: options.solo ?? true });
  const context: AuthorityContext = {
    db,
    manifest,
    key: signingKeyFrom(options.key ?? newPrivateKeyPem()),
    blobKey: randomBytes(32),
    bundle: () => rules,
    stepUp: null,
    model: options.model?.model ?? null,
    verified: verifiedSequence(),
    now: () => new Date(Date.now() + clock.ahead),
    // A crashed attempt is looked into once its lease is over; nobody waits five seconds more in a test.
    leaseMarginMs: 300,
    poke: () => poke(),
  };
  const doors = createDoors(context);
  const faults: ToyBelay['faults'] = {
    recordTurn: { after: undefined },
    grant: { instead: undefined },
    any: { before: undefined },
  };
  const honest = overheard(directAuthority(context), (call, request) => faults.any.before?.(call, request));
  const direct: AuthorityClient = {
    ...honest,
    recordTurn: async (request) => {
      const answer = await honest.recordTurn(request);
      faults.recordTurn.after?.();
      return answer;
    },
    grant: async (request) => faults.grant.instead?.(request) ?? (await honest.grant(request)),
  };
  const authority = options.wrap?.(direct) ?? direct;
  const connection = await Connection.connect({ address: options.temporal });
  const converter = options.dataConverter === undefined ? {} : { dataConverter: options.dataConverter };
  const client = new Client({ connection, ...converter });
  const outbox = startOutbox({
    db,
    now: context.now,
    handlers: {
      ...createDispatch({ context, client: async () => client, labelled: () => false }),
      ...createAnnouncements({ context, doors, announcer: options.announcer ?? (() => undefined) }),
    },
    onError: () => undefined,
  });
  poke = () => outbox.poke();
  let native: NativeConnection | undefined;
  let workers: RunningWorker[] = [];
  const startWorkers = async ({ tools } = { tools: true }) => {
    native = await NativeConnection.connect({ address: options.temporal });
    const at = { connection: native, namespace: 'default', ...converter };
    workers = [
      await startRunbooksWorker(at, { bundle, authority }),
      ...(tools
        ? await startToolsWorkers(at, {
            authority,
            connections: createConnections(registry, settings),
            publicKeyPem: context.key.publicKeyPem,
            now: context.now,
          })
        : []),
      ...(options.model ? [await startAgentsWorker(at, { authority, manifest, model: options.model })] : []),
    ];
  };
  const stopWorkers = async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await native?.close();
    workers = [];
    native = undefined;
  };
  await startWorkers({ tools: options.tools ?? true });
  const toy: ToyBelay = {
    doors,
    context,
    authority,
    client,
    lamps,
    databaseUrl,
    clock,
    faults,
    startWorkers,
    stopWorkers,
    start: async (input, { runbook = world.runbooks[0]?.name ?? '', dryRun = false, mode = 'propose' } = {}) => {
      const answer = await doors.start({ runbook, input, dryRun, mode }, ada);
      if (answer.answer !== 'registered') throw new Error(JSON.stringify(answer));
      return answer.run;
    },
    handle: async (run) => {
      const view = await doors.run(run);
      return client.workflow.getHandle(view?.workflowId ?? run);
    },
    progress: async (run) => (await toy.handle(run)).query<string>(PROGRESS_QUERY),
    note: (run, text) =>
      until(`run ${run} says ${text}`, async () => {
        const steps = await doors.steps(run);
        return steps.find((step) => step.text.match(text) !== null)?.text;
      }),
    openGate: (run) =>
      until(`run ${run} opens a gate`, async () => (await doors.gates({ run, state: 'open' }))[0], { within: 30_000 }),
    decide: async (run, request, person = ada) => {
      const { id, digest } = await toy.openGate(run);
      return await doors.decide(id, { decision: 'approve', digest, ...request }, person);
    },
    nextGate: (run, before) =>
      until(
        `run ${run} asks again`,
        async () => (await doors.gates({ run, state: 'open' })).find(({ id }) => id !== before.id),
        { within: 30_000 },
      ),
    approve: async (run, person = ada) => {
      const answer = await toy.decide(run, {}, person);
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
      await database.close();
    },
  };
  return toy;
}
