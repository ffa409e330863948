import type { BlobRef } from '../domain/blob.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ListRef } from '../domain/list-item.ts';
import type { Money } from '../domain/money.ts';
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

/** A list of the run's, as a workflow knows it: not what is in it. */
export interface List extends ListRef {
  /** What its items cost a month, for each currency; `unpriced` of them have no known price. */
  readonly money: readonly Money[];
  readonly unpriced: number;
  /** Who says what they cost. */
  readonly sources: readonly string[];
  /** How many of the list it was made from are not in it. */
  readonly leftOut: number;
  readonly places: readonly { readonly tool: string; readonly connection: string; readonly count: number }[];
  /** Reads that gave nothing, each named: what they would have found is not in the list. */
  readonly failures: readonly string[];
}

/** How a batch is carried out. */
export interface Waves {
  /** How many items in the first wave: a mistake shows on few. At most 250. */
  readonly first: number;
  /** How many in each after it; at most 250. */
  readonly size: number;
  /** How many at a time; at most 25. */
  readonly inFlight: number;
  /** No further item begins once more than this share failed; 0 stops at the first. */
  readonly stopAfter: number;
}

/** What is done about the items of a list. */
export interface OnMany {
  readonly plan: {
    readonly diagnosis: string;
    readonly confidence: 'high' | 'medium' | 'low';
    readonly evidence: readonly string[];
  };
  readonly title: string;
  readonly why: string;
  /** The tool that every item's action must name. */
  readonly tool: string;
  readonly waves: Waves;
  /** How long things settle before they are verified, for example `'2m'`. */
  readonly stabilise: string;
  readonly verify: (done: List) => Promise<Check[]>;
}

/** How many items of a batch ended how. */
export interface BatchCounts {
  readonly approved: number;
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  readonly inDoubt: number;
  readonly undone: number;
}

/** What became of a batch. `acted` is null where nobody approved it. */
export interface ManyResult extends RunResult {
  readonly acted: {
    readonly gate: string;
    /** What was done, as a list: to be looked at again later. */
    readonly done: List | null;
    readonly counts: BatchCounts;
    /** What the items on the card cost a month, and those that were approved. */
    readonly estimated: readonly Money[];
    readonly approved: readonly Money[];
  } | null;
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
  /** Names of the connections of a system that the run may use. */
  connections(system: string): readonly string[];
  /**
   * Reads side by side whose items go into one list of the run; the run holds only how many there are and their digest.
   * An optional read that fails is named in `failures` and leaves the others.
   */
  collect(name: string, reads: Record<string, Read<unknown>>): Promise<List>;
  /** As `collect`, with what each read says besides. For a few reads: all that they say stays in the run's history. */
  gatherInto<T extends Record<string, Read<unknown>>>(
    name: string,
    reads: T,
  ): Promise<{ list: List; read: { [K in keyof T]: Gathered<NonNullable<T[K]> extends Read<infer F> ? F : never> } }>;
  /** A list without what an owner keeps or an exception covers now; what is left out is on record, with why. */
  remaining(list: List, name: string): Promise<List>;
  /**
   * Tells each owner of an item (or the channel, where nobody is named) what will happen, with a way to keep it; waits for
   * `grace`, reminding every `remind`, or until nobody is left to answer; then as `remaining`.
   */
  askOwners(list: List, name: string, how: { grace: string; remind: string; what: string }): Promise<List>;
  /**
   * From a list to a verdict: previews every item, opens one gate on exactly them, carries out in waves what was approved,
   * verifies, takes back where the verdict is `failed`, and reports what became of each item.
   */
  actOnMany(list: List, how: OnMany): Promise<ManyResult>;
  /** Puts what was really saved on record, beside what was estimated and approved. */
  recordSavings(acted: NonNullable<ManyResult['acted']>, realised: readonly Money[], source: string): Promise<void>;
  /** Waits on a durable timer, for example `'2m'`. Ends early, by throwing, when the run is cancelled. */
  sleep(duration: string): Promise<void>;
  /** Says one thing to the people who follow the run. */
  note(key: string, text: string): Promise<void>;
  /** The time, as the replayed history has it. */
  now(): Date;
}
