import type { z } from 'zod';
import type { TurnLimits } from '../domain/conversation.ts';
import type { AlertMapping } from '../domain/manifest.ts';
import type { RunContext, RunResult } from './run-context.ts';

/** A versioned procedure. Its forms, command, API, alert mapping and docs page come from this one definition. */
export interface Runbook<I extends z.ZodType = z.ZodType> {
  /** `<family>/<name>`. */
  readonly name: `${string}/${string}`;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  /** A strict object; every field described. */
  readonly input: I;
  /** Tools it may use. Reading others is refused by the run permit, proposing others by the authority. */
  readonly tools: readonly string[];
  /** Which alert labels fill which input fields, first that is there; null when alerts do not start it. */
  readonly fromAlert: AlertMapping | null;
  /** Names the target, with `{field}` for input fields. */
  readonly target: string;
  readonly limits: TurnLimits;
  /** The procedure. Runs in Temporal's sandbox: no I/O but through the context, no clock but its own. */
  readonly run: (context: RunContext, input: z.output<I>) => Promise<RunResult>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a registry holds runbooks of every input type; input is parsed by its own schema before use
export type AnyRunbook = Runbook<any>;

/** Declares a runbook: one file under `src/workflows/<family>/`. */
export function defineRunbook<I extends z.ZodType>(runbook: Runbook<I>): Runbook<I> {
  return runbook;
}
