import type { z } from 'zod';
import type { Owner } from '../domain/action.ts';
import type { Finding } from '../domain/finding.ts';
import type { ActionOutcome } from '../domain/grant.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { ListItem } from '../domain/list-item.ts';
import type { Priced } from '../domain/money.ts';
import type { Unusable } from '../domain/scan.ts';
import type { Reversible } from '../domain/risk.ts';
import type { Target } from '../domain/target.ts';

/** What a tool gets besides its arguments. `C` is the client of its system, made by the worker from the connection's credential. */
export interface ToolContext<C> {
  readonly client: C;
  readonly connection: string;
  /** Aborted when the activity is cancelled or its time is over; hand it to every call. */
  readonly signal: AbortSignal;
  /** True where nothing will be carried out (observe, dry run): a preview then needs no right to write. */
  readonly looksOnly?: boolean;
  /** The current time; tests set it. */
  readonly now: () => Date;
  /** The items of one of the run's lists that this connection reaches, in their order; only a run's reads have lists. */
  readonly list?: (name: string) => Promise<readonly ListItem[]>;
}

interface Described<N extends string, I extends z.ZodType> {
  /** `<system>.<verb_or_noun>`. */
  readonly name: N;
  readonly title: string;
  /** For the model and the docs: what it does, when to use it, what it cannot do. */
  readonly description: string;
  /** A strict object; JSON Schema, form, CLI flags and the model's tool schema come from it. */
  readonly input: I;
  /** Longest time of one of its functions, for example `10s`; `signal` ends with it. */
  readonly timeout: `${number}${'s' | 'm'}`;
}

/** What a read gives: small typed facts for the runbook, and content (large, for people and models) that goes to the blob store. */
export interface Reading<F> {
  readonly facts: F;
  /** Text shown as evidence; defaults to the facts as JSON. */
  readonly content?: string;
  /** One line: what was seen. */
  readonly summary: string;
  /** The many things that were found, for the list that the runbook collects them in; at most `MOST_ITEMS`. */
  readonly items?: readonly Omit<ListItem, 'connection'>[];
  /** A whole scan: what is known of findings is brought up to date with it, before the read is over. */
  readonly scan?: ScanReading;
}

/** What a scanner said, for the record of findings: all of it, whatever the read was asked for. */
export interface ScanReading {
  readonly scanner: string;
  readonly version: string | null;
  /** ISO 8601. */
  readonly madeAt: string | null;
  readonly findings: readonly Finding[];
  readonly duplicates: number;
  readonly unusable: readonly Unusable[];
}

export interface ReadTool<
  N extends string = string,
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  C = unknown,
> extends Described<N, I> {
  readonly risk: 'read';
  /** Bounded facts, at most 16 KiB as JSON; larger things belong in `content`. */
  readonly facts: O;
  read(args: z.output<I>, context: ToolContext<C>): Promise<Reading<z.output<O>>>;
}

/** What a write tool saw and would do. See `Preview` in the domain for each field. */
export interface ToolPreview {
  readonly target: Target;
  readonly sentence: string;
  readonly diff: string;
  readonly blastRadius: { readonly count: number; readonly unit: string; readonly percent?: number };
  readonly precondition: JsonObject;
  readonly preState: Json;
  /** How it is undone, in words; null when it cannot be. */
  readonly undo: string | null;
  readonly owner: Owner | null;
  readonly command: string | null;
  /** What it costs a month, and so what removing it saves; left out where it has no price. */
  readonly money?: Priced | null;
}

/** What a side effect is told: which action it is, and what was approved. */
export interface Execution {
  readonly actionId: string;
  /** Action id and digest; systems that take idempotency keys get this one. */
  readonly idempotencyKey: string;
  readonly precondition: JsonObject;
  readonly preState: Json;
  /** What the execution left behind; null before it ran. */
  readonly postState: Json;
}

/** What a look at the target says about an attempt whose end nobody recorded. */
export type Reconciliation =
  | { readonly status: 'done'; readonly outcome: ActionOutcome }
  | { readonly status: 'not-done' }
  | { readonly status: 'unknown'; readonly why: string };

export interface WriteTool<N extends string = string, I extends z.ZodType = z.ZodType, C = unknown> extends Described<
  N,
  I
> {
  readonly risk: 'write' | 'destructive';
  readonly reversible: Reversible;
  readonly safeToRepeat: 'idempotency-key' | 'compare-and-set' | 'no';
  /** Looks at the target and says what would happen. Changes nothing. Throws `stop.*` when it makes no sense (nothing to undo, no such revision). */
  preview(args: z.output<I>, context: ToolContext<C>): Promise<ToolPreview>;
  /** The same for many at once, in their order, where the system can be asked about many in one call; `problem` is why one cannot be offered. */
  previewMany?(
    all: readonly z.output<I>[],
    context: ToolContext<C>,
  ): Promise<readonly (ToolPreview | { readonly problem: string })[]>;
  /** The precondition as it is now: compared, as canonical JSON, with the one that was approved. */
  observe(args: z.output<I>, execution: Execution, context: ToolContext<C>): Promise<JsonObject>;
  /**
   * The side effect. Ends within its lease, leaves the action id on the target, compares and sets where the system can.
   * Where what it began goes on by itself (a snapshot under way), it throws `retry.not-yet`: the lease is given back, and
   * a later attempt looks (`reconcile`) and, if it is not done, goes on. Only for what is safe to repeat.
   */
  execute(args: z.output<I>, execution: Execution, context: ToolContext<C>): Promise<ActionOutcome>;
  /** Whether an attempt with an unknown end took effect. */
  reconcile(args: z.output<I>, execution: Execution, context: ToolContext<C>): Promise<Reconciliation>;
  /** Taking it back, from the recorded pre-state; absent when `reversible` is `no`. */
  readonly undo?: {
    /** True while the target is still as this action left it. */
    stillOurs(args: z.output<I>, execution: Execution, context: ToolContext<C>): Promise<boolean>;
    execute(args: z.output<I>, execution: Execution, context: ToolContext<C>): Promise<ActionOutcome>;
    reconcile(args: z.output<I>, execution: Execution, context: ToolContext<C>): Promise<Reconciliation>;
  };
}

// oxlint-disable-next-line typescript/no-explicit-any -- a registry holds tools of every input and client type; each is parsed by its own schema before use
export type AnyTool = ReadTool<string, any, any, any> | WriteTool<string, any, any>;

/** Declares a tool: one file under `src/tools/<system>/`. Checked when the registry is built, not here. */
export function defineTool<N extends string, I extends z.ZodType, O extends z.ZodType, C>(
  tool: ReadTool<N, I, O, C>,
): ReadTool<N, I, O, C>;
export function defineTool<N extends string, I extends z.ZodType, C>(tool: WriteTool<N, I, C>): WriteTool<N, I, C>;
export function defineTool(tool: AnyTool): AnyTool {
  return tool;
}
