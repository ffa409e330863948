import type { Alert, AlertReceipt } from '../domain/alert.ts';
import type { DecisionAnswer, DecisionRequest } from '../domain/decision.ts';
import type { Gate, GateState } from '../domain/gate.ts';
import type { JsonObject } from '../domain/json.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { Manifest } from '../domain/manifest.ts';
import type { Person } from '../domain/person.ts';
import type { RunMode, RunOutcome, RunState } from '../domain/run.ts';
import type { Trigger } from '../domain/trigger.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { PolicyDoors } from './bundle/policy-doors.ts';
import type { PeopleDoors } from './people/people-doors.ts';
import type { FreezeDoors } from './freezes/freeze-doors.ts';
import type { ExceptionDoors } from './exceptions/exception-doors.ts';
import type { FindingDoors } from './findings/finding-doors.ts';
import type { HaltDoors } from './halts/halt-doors.ts';
import type { LedgerDoors } from './ledger/ledger-doors.ts';
import type { ListDoors } from './lists/list-doors.ts';
import type { ProofDoors } from './proof/proof-doors.ts';
import type { Acknowledged } from './runs/acknowledge.ts';
import type { PasskeyDoors } from './stepup/passkey-doors.ts';

/** A run, as every view shows it. */
export interface RunView {
  readonly id: string;
  readonly runbook: string;
  readonly title: string;
  readonly target: string;
  readonly state: RunState;
  readonly outcome: RunOutcome | null;
  readonly verdict: Verdict | null;
  readonly summary: string | null;
  readonly mode: RunMode;
  readonly dryRun: boolean;
  readonly input: JsonObject;
  readonly requester: Person;
  readonly trigger: Trigger;
  readonly proposedBy: string | null;
  readonly gates: readonly string[];
  readonly workflowId: string;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

/** One line of a run's story, made from its ledger. */
export interface Step {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly text: string;
}

export interface StartRequest {
  readonly runbook: string;
  readonly input: JsonObject;
  readonly mode?: RunMode;
  readonly dryRun?: boolean;
  /** The schedule that asks, and the moment that was due. */
  readonly schedule?: { readonly name: string; readonly tick: string };
}

/** `invalid`: each problem names its field. `known`: the idempotency key was used for this same request before. */
export type StartAnswer =
  | { answer: 'registered' | 'known'; run: string }
  | { answer: 'unknown-runbook'; message: string }
  | { answer: 'invalid'; problems: { field: string; message: string }[] }
  | { answer: 'key-reused'; message: string };

/** What an alert asks for, as the route file says it. */
export interface AlertRoute {
  readonly runbook: string;
  readonly mode: RunMode;
  /** Input that the route adds to what the runbook's mapping takes from the labels. */
  readonly input: JsonObject;
}

export interface LedgerReport {
  readonly ok: boolean;
  readonly runs: number;
  readonly entries: number;
  /** Each broken link, naming run and entry; each decision whose signature does not hold. */
  readonly problems: readonly string[];
  /** What this check cannot show, in words. */
  readonly caveats: readonly string[];
}

/**
 * The authority as people's doors see it (API, Slack, CLI through the API, hooks). Whoever calls has authenticated
 * `person`; the authority decides what that person may do. Database errors reject with `retry.unreachable`.
 */
export interface Doors
  extends
    HaltDoors,
    FreezeDoors,
    PeopleDoors,
    PolicyDoors,
    LedgerDoors,
    ListDoors,
    ExceptionDoors,
    FindingDoors,
    ProofDoors {
  readonly manifest: Manifest;
  /** Passkeys: signing in with them, and confirming decisions. */
  readonly passkeys: PasskeyDoors;
  start(request: StartRequest, person: Person, idempotencyKey?: string): Promise<StartAnswer>;
  run(id: string): Promise<RunView | undefined>;
  /** Newest first. */
  runs(filter?: { state?: RunState; limit?: number }): Promise<RunView[]>;
  steps(run: string, afterSeq?: number): Promise<Step[]>;
  /** Somebody says that they are on the incident of a run. */
  acknowledge(run: string, person: Person): Promise<Acknowledged>;
  cancel(run: string, person: Person, reason: string): Promise<'cancelling' | 'over' | 'unknown'>;
  gate(id: string): Promise<Gate | undefined>;
  /** Oldest first. */
  gates(filter?: { state?: GateState; run?: string }): Promise<Gate[]>;
  decide(gate: string, request: DecisionRequest, person: Person): Promise<DecisionAnswer>;
  ledger(run: string): Promise<LedgerEntry[]>;
  verifyLedger(): Promise<LedgerReport>;
  /** Markdown: UTC timeline, people, evidence, decisions, result. */
  postmortem(run: string): Promise<string | undefined>;
  blob(id: string): Promise<{ content: string; mediaType: string } | undefined>;
  /** Stores one delivery and decides what becomes of each alert, in one transaction. */
  receiveAlerts(alerts: { alert: Alert; route: AlertRoute | undefined }[]): Promise<AlertReceipt[]>;
  /** True when the database answers. */
  ready(): Promise<boolean>;
}
