import type { AnyTool } from './define-tool.ts';

/** A system Belay can act on: how to connect to it, and its tools. `S` is one connection's settings. */
export interface System<S = unknown, C = unknown> {
  /** The part of its tools' names before the dot. */
  readonly name: string;
  /** Makes the client of one connection. Called once per connection, in that queue's worker only. */
  connect(settings: S): C;
  readonly tools: readonly AnyTool[];
}

/** Declares a system: `src/tools/<system>/index.ts`. */
export function defineSystem<S, C>(system: System<S, C>): System<S, C> {
  return system;
}
