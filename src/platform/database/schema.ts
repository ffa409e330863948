import type { Generated, JSONColumnType } from 'kysely';
import type { CardRef } from '../../domain/card-ref.ts';
import type { Trigger } from '../../domain/trigger.ts';
import type { Phase, Preview } from '../../domain/action.ts';
import type { Seal } from '../../domain/grant.ts';
import type { Alert } from '../../domain/alert.ts';
import type { BlobRef } from '../../domain/blob.ts';
import type { ModelTurnResult } from '../../domain/conversation.ts';
import type { DecisionRecord } from '../../domain/decision.ts';
import type { Digest } from '../../domain/digest.ts';
import type { GateKind, GateOption, GateState } from '../../domain/gate.ts';
import type { Lift, Scope } from '../../domain/halt.ts';
import type { Requirement } from '../../domain/requirement.ts';
import type { ActionOutcome } from '../../domain/grant.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { LedgerKind } from '../../domain/ledger.ts';
import type { Person } from '../../domain/person.ts';
import type { Plan, ProposedBy } from '../../domain/plan.ts';
import type { Revision } from '../../domain/revision.ts';
import type { RunMode, RunOutcome, RunState } from '../../domain/run.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { ExceptionsTable, FindingsTable, ScanFindingsTable, ScansTable } from './schema-findings.ts';

import type { KeepsTable, ListItemsTable, ListsTable } from './list-tables.ts';
import type { SchedulesTable } from './schedule-tables.ts';

type Json<T extends object | null> = JSONColumnType<T>;

export interface RunsTable {
  id: string;
  runbook: string;
  runbook_hash: string;
  title: string;
  target: string;
  input: Json<JsonObject>;
  requester: Json<Person>;
  trigger: Json<Trigger>;
  mode: RunMode;
  dry_run: boolean;
  workflow_id: string;
  /** `firstExecutionRunId` of the bound Temporal chain; null until the workflow was started. */
  execution: string | null;
  state: RunState;
  outcome: RunOutcome | null;
  verdict: Verdict | null;
  summary: string | null;
  proposed_by: Json<ProposedBy> | null;
  alert_resolved_at: Date | null;
  /** Who said "I am on it", by their name in the directory. */
  responder: string | null;
  cancel: Json<{ by: Person; reason: string }> | null;
  created_at: Date;
  finished_at: Date | null;
}

export interface ActionsTable {
  id: string;
  run: string;
  seq: number;
  digest: string;
  tool: string;
  target_key: string;
  queue: string;
  preview: Json<Preview>;
  /** The authority's signature over the whole preview, as it came from the tools worker. */
  seal: Json<Seal> | null;
  previewed_at: Date;
}

export interface GatesTable {
  id: string;
  run: string;
  ordinal: number;
  kind: GateKind;
  state: GateState;
  plan: Json<Omit<Plan, 'options'>>;
  proposed_by: Json<ProposedBy>;
  evidence: Json<BlobRef[]>;
  options: Json<GateOption[]>;
  requirement: Json<Requirement>;
  chosen: string | null;
  reason: string | null;
  card: Json<CardRef> | null;
  /** Groups asked in the place of others so far, reminders sent so far. */
  escalated_to: Json<string[]>;
  reminded: number;
  /** Which bundle it was opened under. */
  bundle: Digest;
  /** What was edited or fed back, and the id that the gate which takes its place will have. */
  revision: Json<Revision> | null;
  special: 'break-glass' | 'by-hand' | null;
  /** Who counts as having asked for it beside the run's requester: who edited it, whose deed is to be reviewed. */
  also_asked: Json<string[]>;
  /** What the authority's own gates are about: a halt's id, an action's. */
  subject: string | null;
  opened_at: Date;
  expires_at: Date;
  decided_at: Date | null;
}

export interface DecisionsTable {
  seq: Generated<string>;
  gate: string;
  person: string;
  record: Json<DecisionRecord>;
}

/** The journal: one row per side effect and phase, written before it happens. */
export interface IntentsTable {
  action: string;
  phase: Phase;
  run: string;
  digest: string;
  fence: number;
  lease_until: Date;
  status: 'running' | 'done' | 'failed' | 'in-doubt';
  outcome: Json<ActionOutcome> | null;
  started_at: Date;
  ended_at: Date | null;
}

export interface LocksTable {
  key: string;
  run: string;
  since: Date;
  /** A lock that nobody renewed until then may be taken over, unless something is in doubt under it. */
  until: Date;
}

export interface LockWaitersTable {
  run: string;
  keys: Json<string[]>;
  since: Date;
  /** When it last asked; one that asks no more keeps nobody waiting. */
  asked_at: Date;
}

export interface BlobsTable {
  id: string;
  media_type: string;
  bytes: number;
  content: Buffer;
  created_at: Date;
}

export interface AlertsTable {
  id: string;
  source: string;
  fingerprint: string;
  group_key: string;
  status: 'firing' | 'resolved';
  starts_at: string;
  alert: Json<Alert>;
  run: string | null;
  disposition: 'accepted' | 'ignored';
  received_at: Date;
}

export interface OutboxTable {
  id: Generated<string>;
  topic: 'run.start' | 'run.wake' | 'gate.card' | 'say' | 'announce' | 'page' | 'ask';
  subject: string;
  payload: Json<JsonObject>;
  created_at: Date;
  due_at: Date;
  attempts: number;
  done_at: Date | null;
  last_error: string | null;
}

export interface LedgerTable {
  run: string;
  seq: number;
  kind: LedgerKind;
  /** Text, not timestamptz or jsonb: the hash covers these exact characters. */
  at: string;
  body: string;
  prev: string;
  hash: string;
}

export interface LedgerHeadsTable {
  run: string;
  seq: number;
  hash: string;
}

export interface TurnsTable {
  id: string;
  run: string;
  result: Json<ModelTurnResult>;
  recorded_at: Date;
}

export interface IdempotencyKeysTable {
  caller: string;
  key: string;
  input_hash: string;
  run: string;
  created_at: Date;
}

export interface HaltsTable {
  id: string;
  scope: Json<Scope>;
  undo: boolean;
  reason: string;
  by: Json<Person>;
  at: Date;
  /** The run that stands for it in lists, whose gate lifts it. */
  run: string;
  /** Its place in the sequence, and the authority's signature over all of the above. */
  number: number;
  key_id: string;
  signature: string;
  lifted_at: Date | null;
  /** The authority's signed word that it ended; without it, it has not. */
  lift: Json<Lift> | null;
}

export interface FreezesTable {
  id: string;
  scope: Json<Scope>;
  starts_at: Date;
  ends_at: Date;
  reason: string;
  by: Json<Person>;
  lifted_at: Date | null;
}

export interface PasskeysTable {
  id: string;
  person: string;
  /** Credential, public key, counter at enrolment; signed by the authority, so that a row by another hand is none. */
  record: Json<JsonObject>;
  /** The highest its authenticator has said. */
  counter: number;
  added_at: Date;
  revoked_at: Date | null;
}

export interface ChallengesTable {
  id: string;
  /** What it is the hash of (a decision, a sign-in, an enrolment), signed by the authority. */
  statement: Json<JsonObject>;
  expires_at: Date;
  used_at: Date | null;
}

export interface EnrolmentsTable {
  /** Of the authority's signature over the code, for whom it is, from whom and until when. */
  code_hash: string;
  person: string;
  /** The identity of whoever asked for it at the terminal. */
  by: string;
  expires_at: Date;
  used_at: Date | null;
}

/** Every activation of a bundle, in order; the last one is in force. */
export interface BundlesTable {
  number: Generated<number>;
  hash: Digest;
  content: Json<JsonObject>;
  /** Of Git, where its folder is in a repository; `-dirty` where the folder was changed since. */
  commit: string | null;
  activated_at: Date;
  /** By the authority: a row by another hand is no bundle. */
  signature: Json<{ keyId: string; signature: string }>;
}

export interface SequenceTable {
  number: number;
  kind: LedgerKind;
  chain: string;
  subject: string;
  prev: string;
  hash: string;
}

export interface SequenceHeadTable {
  id: number;
  number: number;
  hash: string;
}

export interface CheckpointsTable {
  number: number;
  record: Json<JsonObject>;
  sealed_at: Date;
}

/** The heads that moved before a checkpoint was sealed: what its Merkle root is over. */
export interface CheckpointHeadsTable {
  chain: string;
  checkpoint: number;
  seq: number;
  hash: Digest;
}

/** Which outside place has which checkpoint. */
export interface AnchoringsTable {
  checkpoint: number;
  anchor: string;
  at: Date;
}

/** Belay's tables, all in schema `belay`. */
export interface Schema {
  runs: RunsTable;
  actions: ActionsTable;
  gates: GatesTable;
  decisions: DecisionsTable;
  intents: IntentsTable;
  locks: LocksTable;
  lock_waiters: LockWaitersTable;
  blobs: BlobsTable;
  alerts: AlertsTable;
  outbox: OutboxTable;
  ledger: LedgerTable;
  ledger_heads: LedgerHeadsTable;
  turns: TurnsTable;
  idempotency_keys: IdempotencyKeysTable;
  halts: HaltsTable;
  freezes: FreezesTable;
  passkeys: PasskeysTable;
  challenges: ChallengesTable;
  enrolments: EnrolmentsTable;
  bundles: BundlesTable;
  scans: ScansTable;
  scan_findings: ScanFindingsTable;
  findings: FindingsTable;
  exceptions: ExceptionsTable;
  sequence: SequenceTable;
  sequence_head: SequenceHeadTable;
  checkpoints: CheckpointsTable;
  checkpoint_heads: CheckpointHeadsTable;
  anchorings: AnchoringsTable;
  lists: ListsTable;
  list_items: ListItemsTable;
  keeps: KeepsTable;
  schedules: SchedulesTable;
}
