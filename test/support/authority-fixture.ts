import { randomBytes, randomUUID } from 'node:crypto';
import type { ActiveBundle } from '../../src/authority/bundle/active-bundle.ts';
import type { AuthorityContext } from '../../src/authority/context.ts';
import { directAuthority } from '../../src/authority/create-client.ts';
import { createDoors } from '../../src/authority/create-doors.ts';
import type { StartRequest } from '../../src/authority/doors.ts';
import { newPrivateKeyPem, signingKeyFrom } from '../../src/authority/keys/signing-key.ts';
import { simpleBundle } from '../../src/authority/bundle/simple-bundle.ts';
import { type NarrowingSources, outsideLists } from '../../src/authority/people/narrowing.ts';
import type { RequestOf } from '../../src/authority/protocol.ts';
import { bindRun } from '../../src/authority/runs/bind.ts';
import type { Phase, Preview } from '../../src/domain/action.ts';
import type { DecisionAnswer, DecisionKind, DecisionRequest } from '../../src/domain/decision.ts';
import { digestOf } from '../../src/domain/digest.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Person } from '../../src/domain/person.ts';
import { verifiedSequence } from '../../src/authority/ledger/verified-sequence.ts';
import { connect } from '../../src/platform/database/connect.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import type { OutboxTable } from '../../src/platform/database/schema.ts';
import { authorityManifest } from './authority-manifest.ts';
import { createDatabase } from './start-postgres.ts';

/** A run and the Temporal chain that speaks for it: what every call of a worker carries. */
export interface RunRef {
  readonly run: string;
  readonly execution: string;
}

/** An action, the gate that asks for it, and the digest that people were shown. */
export interface Asked extends RunRef {
  readonly action: string;
  readonly gate: string;
  readonly digest: string;
}

export const person = (name: string): Person => ({ id: `local:${name}`, name, door: 'api' });

/** On the approver list of `startAuthority`, unless it is given another. */
export const ANN = person('ann');
export const BOB = person('bob');
/** Starts runs; not an approver. */
export const REQUESTER = person('requester');

/** What people see and the tools worker sees again right before the grant, unless the target moved. */
export const OBSERVED = { revision: 4 };

/** A preview of rolling back one workload. */
export const previewOf = (workload: string, changes: Partial<Preview> = {}): Preview => ({
  tool: 'kubernetes.rollout_undo',
  toolSchemaHash: digestOf('kubernetes.rollout_undo'),
  args: { namespace: 'shop', name: workload, revision: 3 },
  target: {
    system: 'kubernetes',
    connection: 'default',
    key: `kubernetes:u1/shop/deployments/${workload}`,
    name: `deployment ${workload} in shop`,
    tags: {},
  },
  precondition: OBSERVED,
  sentence: `Roll back deployment ${workload} in shop to revision 3`,
  diff: '-image: v4\n+image: v3',
  blastRadius: { count: 3, unit: 'pods' },
  preState: { revision: 4 },
  undo: 'Roll forward to revision 4',
  owner: null,
  command: null,
  risk: 'write',
  reversible: 'yes',
  safeToRepeat: 'compare-and-set',
  ...changes,
});

/** An option of one or more actions, as a run asks for it. */
export const optionOf = (id: string, actions: string[], recommended = true) => ({
  id,
  title: `Option ${id}`,
  recommended,
  actions,
});

/** The authority on a database of its own, with a clock that only moves when told. `close()` ends its connections. */
export async function startAuthority(
  options: {
    approvers?: readonly Person[];
    solo?: boolean;
    bundle?: ActiveBundle;
    stepUp?: AuthorityContext['stepUp'];
    /** Outside sources that narrow groups. */
    narrowing?: NarrowingSources;
    manifest?: AuthorityContext['manifest'];
    url?: string;
    key?: AuthorityContext['key'];
    startsAt?: number;
  } = {},
) {
  const url = options.url ?? (await createDatabase());
  if (options.url === undefined) await migrate(url);
  const connected = connect(url, () => undefined);
  const { db } = connected;
  const { approvers = [ANN, BOB], solo = false } = options;
  let now = options.startsAt ?? Date.parse('2026-03-01T12:00:00.000Z');
  let pokes = 0;
  let bundle = options.bundle ?? simpleBundle({ approvers: approvers.map(({ id }) => id), solo });
  const context: AuthorityContext = {
    db,
    key: options.key ?? signingKeyFrom(newPrivateKeyPem()),
    blobKey: randomBytes(32),
    manifest: options.manifest ?? authorityManifest,
    bundle: () => bundle,
    stepUp: options.stepUp ?? null,
    ...(options.narrowing ? { narrowing: outsideLists(options.narrowing, () => new Date(now)) } : {}),
    model: null,
    verified: verifiedSequence(),
    now: () => new Date(now),
    poke: () => (pokes += 1),
  };
  const doors = createDoors(context);
  const authority = directAuthority(context);

  /** How many messages of a topic about this are in the outbox, sent or not. */
  const queued = async (topic: OutboxTable['topic'], subject: string): Promise<number> => {
    const query = db.selectFrom('outbox').select('id').where('topic', '=', topic).where('subject', '=', subject);
    return (await query.execute()).length;
  };

  const workloadOf = (run: string): string => `w-${run}`;

  async function startRun(changes: Partial<StartRequest> = {}, requester = REQUESTER): Promise<RunRef> {
    const input = { namespace: 'shop', name: 'checkout' };
    const answer = await doors.start({ runbook: 'remediation/bad-deploy', input, ...changes }, requester);
    if (answer.answer !== 'registered') throw new Error(JSON.stringify(answer));
    const of = { run: answer.run, execution: randomUUID() };
    await bindRun(context, of.run, of.execution);
    await authority.begin(of);
    return of;
  }

  const preview = (of: RunRef, sequence = 1, changes: Partial<Preview> = {}) =>
    authority.preview({ ...of, sequence, preview: previewOf(workloadOf(of.run), changes) });

  async function openGate(
    of: RunRef,
    choices: RequestOf<'openGate'>['options'],
    ordinal = 1,
    changes: Partial<RequestOf<'openGate'>> = {},
  ) {
    const answer = await authority.openGate({
      ...of,
      ordinal,
      plan: { conclusion: 'act', diagnosis: 'The new version fails.', confidence: 'high', evidence: [] },
      proposedBy: { kind: 'rules' },
      evidence: [],
      options: choices,
      ...changes,
    });
    if (answer.answer !== 'opened') throw new Error(JSON.stringify(answer));
    const gate = await doors.gate(answer.gate);
    if (!gate) throw new Error(`no gate ${answer.gate}`);
    return gate;
  }

  /** A run that waits for people to decide one previewed action. */
  async function ask(changes: Partial<StartRequest> = {}, requester = REQUESTER): Promise<Asked> {
    const of = await startRun(changes, requester);
    const { id } = await preview(of);
    const gate = await openGate(of, [optionOf('rollback', [id])]);
    return { ...of, action: id, gate: gate.id, digest: gate.digest };
  }

  const decide = (
    on: { gate: string; digest: string },
    by: Person,
    decision: DecisionKind = 'approve',
    more: Partial<DecisionRequest> = {},
  ): Promise<DecisionAnswer> => doors.decide(on.gate, { decision, digest: on.digest, ...more }, by);

  const grant = (
    action: string,
    phase: Phase = 'execute',
    changes: { observed?: JsonObject; toolSchemaHash?: string } = {},
  ) =>
    authority.grant({
      action,
      phase,
      toolSchemaHash: digestOf('kubernetes.rollout_undo'),
      observed: OBSERVED,
      ...changes,
    });

  const record = (
    action: string,
    fence: number,
    status: 'done' | 'failed' | 'in-doubt' = 'done',
    phase: Phase = 'execute',
  ) =>
    authority.outcome({
      action,
      phase,
      fence,
      outcome: { status, summary: `it is ${status}`, postState: { revision: 5 } },
      reconciled: false,
    });

  /** A run whose action is approved and whose target is locked: all it needs is a grant. */
  async function approved(changes: Partial<StartRequest> = {}): Promise<Asked> {
    const asked = await ask(changes);
    const answer = await decide(asked, ANN);
    if (answer.answer !== 'recorded') throw new Error(JSON.stringify(answer));
    await authority.lock({ run: asked.run, execution: asked.execution, actions: [asked.action] });
    return asked;
  }

  /** The kinds of a run's ledger entries, in order. */
  const kinds = async (run: string) => (await doors.ledger(run)).map((entry) => entry.kind);

  /** The entries of a kind in a run's chain. */
  const entries = async (run: string, kind: string) => (await doors.ledger(run)).filter((one) => one.kind === kind);

  return {
    url,
    db,
    context,
    doors,
    authority,
    close: () => connected.close(),
    /** The same Belay after a restart: a new context and new connections on the same database, with the same key. */
    restart: () => startAuthority({ ...options, url, key: context.key, bundle, startsAt: now }),
    /** What is judged by from now on. */
    useBundle: (next: ActiveBundle) => {
      bundle = next;
    },
    attend: (on: Asked) => authority.attendGate({ run: on.run, execution: on.execution, gate: on.gate }),
    startRun,
    preview,
    openGate,
    ask,
    approved,
    decide,
    grant,
    record,
    kinds,
    entries,
    queued,
    workloadOf,
    /** Moves the clock. */
    forward: (ms: number) => {
      now += ms;
    },
    pokes: () => pokes,
  };
}

export type AuthorityFixture = Awaited<ReturnType<typeof startAuthority>>;
