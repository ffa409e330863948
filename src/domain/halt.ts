import { z } from 'zod';
import { Person } from './person.ts';
import { keysOverlap } from './target.ts';

/** What a halt or a freeze covers. `value` names a runbook, a tool or a target's lock key. */
export const Scope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.enum(['runbook', 'tool', 'target']), value: z.string().min(1).max(500) }),
]);
export type Scope = z.infer<typeof Scope>;

/** What a scope is held against. */
export interface Scoped {
  readonly runbook: string;
  readonly tool: string;
  readonly targetKey: string;
}

/** `runbook remediation/bad-deploy`, `everything`. */
export const scopeText = (scope: Scope): string =>
  scope.kind === 'all' ? 'everything' : `${scope.kind} ${scope.value}`;

/** True when the scope covers an action. A target covers its parts and what it is part of. */
export function covers(scope: Scope, { runbook, tool, targetKey }: Scoped): boolean {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'runbook':
      return scope.value === runbook;
    case 'tool':
      return scope.value === tool;
    case 'target':
      return keysOverlap(scope.value, targetKey);
  }
}

/** A halt as every view shows it: nothing it covers begins until it is lifted. */
export const Halt = z.object({
  id: z.string(),
  scope: Scope,
  /** Also take back what open runs under it did. */
  undo: z.boolean(),
  reason: z.string(),
  /** A person, or the fuse or check that blew. */
  by: Person,
  at: z.iso.datetime(),
  /** The gate that lifts it. */
  gate: z.string().nullable(),
  liftedAt: z.iso.datetime().nullable(),
});
export type Halt = z.infer<typeof Halt>;

/** A change freeze. Policy says what it means; by default it ends no outage. */
export const Freeze = z.object({
  id: z.string(),
  scope: Scope,
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  reason: z.string(),
  by: Person,
  liftedAt: z.iso.datetime().nullable(),
});
export type Freeze = z.infer<typeof Freeze>;
