import type { Insertable } from 'kysely';
import { digestOf } from '../../domain/digest.ts';
import { type Scope, scopeText } from '../../domain/halt.ts';
import type { Person } from '../../domain/person.ts';
import type { RunsTable } from '../../platform/database/schema.ts';

/** What stands for a halt in lists; no workflow of that name exists, and none is ever started. */
export const HALT_RUNBOOK = 'belay/halt';

/**
 * The run that stands for a halt: it waits until its gate says so. It has no Temporal execution, so nothing starts,
 * sweeps or wakes it; what happens to it happens in the transaction of a decision.
 */
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
  return {
    id: run,
    runbook: HALT_RUNBOOK,
    runbook_hash: digestOf(HALT_RUNBOOK),
    title: 'Halt',
    target: scopeText(scope),
    input: JSON.stringify({ halt: id, scope, undo, reason }),
    requester: JSON.stringify(by),
    trigger: JSON.stringify(by.door === 'schedule' ? { kind: 'schedule', name: by.name } : { kind: 'person' }),
    mode: 'propose',
    dry_run: false,
    workflow_id: `${HALT_RUNBOOK}/${id}`,
    execution: null,
    state: 'waiting',
    outcome: null,
    verdict: null,
    summary: reason,
    proposed_by: null,
    alert_resolved_at: null,
    responder: null,
    cancel: null,
    created_at: now,
    finished_at: null,
  };
}
