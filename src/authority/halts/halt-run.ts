import type { Insertable } from 'kysely';
import { type Scope, scopeText } from '../../domain/halt.ts';
import type { Person } from '../../domain/person.ts';
import type { RunsTable } from '../../platform/database/schema.ts';
import { standInRun } from '../runs/stand-in.ts';

/** What stands for a halt in lists. */
export const HALT_RUNBOOK = 'belay/halt';

/** The run that stands for a halt: it waits until its gate says so. */
export function haltRun(of: {
  id: string;
  run: string;
  scope: Scope;
  undo: boolean;
  reason: string;
  by: Person;
  now: Date;
}): Insertable<RunsTable> {
  const { id, run, scope, undo, reason, by, now } = of;
  const input = { halt: id, scope: { ...scope }, undo, reason };
  return standInRun({
    run,
    runbook: HALT_RUNBOOK,
    id,
    title: 'Halt',
    target: scopeText(scope),
    input,
    by,
    summary: reason,
    now,
  });
}
