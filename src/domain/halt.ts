import { z } from 'zod';
import { Person } from './person.ts';
import { keysOverlap } from './target.ts';

/** What a halt or a freeze covers. `value` names a runbook, a tool or a target's lock key. */
export const Scope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.enum(['runbook', 'tool', 'target']), value: z.string().min(1).max(500) }),
]);
export type Scope = z.infer<typeof Scope>;

/** A scope as people type it: `all`, or `<kind>:<value>` such as `tool:kubernetes.scale`; undefined for anything else. */
export function scopeOf(text: string): Scope | undefined {
  const [, kind, value] = /^(runbook|tool|target):(.+)$/s.exec(text) ?? [];
  return Scope.safeParse(text === 'all' ? { kind: 'all' } : { kind, value }).data;
}

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

/** The part of a halt its signature covers: nobody narrows, moves or forges one by a change in the database. */
export interface HaltPart {
  readonly id: string;
  readonly scope: Scope;
  readonly undo: boolean;
  readonly reason: string;
  readonly by: Person;
  readonly at: string;
  readonly run: string;
  readonly number: number;
}
export const haltPart = ({ id, scope, undo, reason, by, at, run, number }: HaltPart) => ({
  type: 'belay/halt' as const,
  id,
  scope,
  undo,
  reason,
  by,
  at,
  run,
  number,
});

/** The authority's signed word that a halt ended: which gate lifted it, and under which number. */
export const Lift = z.object({
  halt: z.string(),
  gate: z.string(),
  at: z.iso.datetime(),
  number: z.number().int().positive(),
  keyId: z.string(),
  signature: z.string(),
});
export type Lift = z.infer<typeof Lift>;
export const liftPart = ({ halt, gate, at, number }: Omit<Lift, 'keyId' | 'signature'>) => ({
  type: 'belay/halt-lift' as const,
  halt,
  gate,
  at,
  number,
});

/** A change freeze. Policy says what it means; by default it ends no outage. */
export const Freeze = z.object({
  id: z.string(),
  scope: Scope,
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  reason: z.string(),
  by: Person,
  liftedAt: z.iso.datetime().nullable(),
  /** Where it comes from: `belay freeze add`, or a calendar, which is changed where it is kept. */
  source: z.enum(['belay', 'calendar']),
});
export type Freeze = z.infer<typeof Freeze>;
