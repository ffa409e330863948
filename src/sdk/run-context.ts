import type { BlobRef } from '../domain/blob.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Plan, ProposedBy } from '../domain/plan.ts';
import type { RunMode, RunOutcome } from '../domain/run.ts';
import type { Check } from '../domain/verdict.ts';

/** A read to be made: which tool, with what. `F` is what it gives. Made by `read()` and `tryRead()`. */
export interface Read<F> {
  readonly tool: string;
  readonly args: JsonObject;
  /** Fails the run when false; gives `facts: undefined` when true. */
  readonly optional: boolean;
  /** On which connection; the one that the run's input names unless given. */
  readonly connection?: string;
  readonly gives?: F;
}

/** What a read gave. `evidence` names its content for plans and records; undefined when an optional read failed. */
export interface Gathered<F> {
  readonly facts: F;
  readonly evidence: BlobRef | undefined;
  /** Why an optional read gave nothing. */
  readonly failure: string | undefined;
}

/** A plan and who thought of it. */
export interface Proposal {
  readonly plan: Plan;
  readonly proposedBy: ProposedBy;
}

/** What people chose, for its verification: the option and the ids of its actions, in order. */
export interface Chosen {
  readonly option: string;
  readonly actions: readonly string[];
}

/** How a run ends. */
export interface RunResult {
  readonly outcome: RunOutcome;
  /** For people, in one or two sentences. */
  readonly summary: string;
}

/** What a runbook works with. Everything here survives crashes and replays; nothing here holds a credential. */
export interface RunContext {
  readonly run: string;
  readonly mode: RunMode;
  /** Makes reads side by side and records them as one piece of evidence. A required read that fails ends the run, saying why. */
  gather<T extends Record<string, Read<unknown>>>(
    turn: string,
    reads: T,
  ): Promise<{ [K in keyof T]: Gathered<NonNullable<T[K]> extends Read<infer F> ? F : never> }>;
  /**
   * Asks for a plan: the model, when one is configured, with the runbook's read tools; else, or when the model fails,
   * `rules`. Options whose actions `admit` rejects (with a reason) are left out, whoever proposed them.
   */
  investigate(request: {
    task: string;
    rules: () => Plan;
    admit: (action: { tool: string; args: JsonObject }) => string | undefined;
  }): Promise<Proposal>;
  /**
   * Everything from plan to verdict: previews, gate, lock, grant, execution, a wait of `stabilise`, `verify`, and undo
   * where the verdict is `failed`. Asks again when the target changed between approval and execution.
   */
  act(
    proposal: Proposal,
    after: { stabilise: string; verify: (chosen: Chosen) => Promise<Check[]> },
  ): Promise<RunResult>;
  /** Waits on a durable timer, for example `'2m'`. Ends early, by throwing, when the run is cancelled. */
  sleep(duration: string): Promise<void>;
  /** Says one thing to the people who follow the run. */
  note(key: string, text: string): Promise<void>;
  /** The time, as the replayed history has it. */
  now(): Date;
}
