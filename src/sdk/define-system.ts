import type { z } from 'zod';
import type { AnyTool } from './define-tool.ts';

/** A system Belay can act on: how to connect to it, and its tools. `S` is the schema of one connection's settings. */
export interface System<
  N extends string = string,
  S extends z.ZodType = z.ZodType,
  C = unknown,
  T extends readonly AnyTool[] = readonly AnyTool[],
> {
  /** The part of its tools' names before the dot. */
  readonly name: N;
  /** What a connection needs; parsed before `connect`. */
  readonly settings: S;
  /** Makes the client of one connection. Called once per connection, in that queue's worker only. Asks the system nothing. */
  connect(settings: z.output<S>): C;
  readonly tools: T;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a registry holds systems of every settings and client type; each parses its own settings before use
export type AnySystem = System<string, any, any>;

/** Declares a system: `src/tools/<system>/index.ts`. Keeps each tool's own type, so that runbooks can name it. */
export function defineSystem<N extends string, S extends z.ZodType, C, const T extends readonly AnyTool[]>(
  system: System<N, S, C, T>,
): System<N, S, C, T> {
  return system;
}
