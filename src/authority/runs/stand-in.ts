import type { Insertable } from 'kysely';
import { digestOf } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Person } from '../../domain/person.ts';
import type { RunsTable } from '../../platform/database/schema.ts';

/** What runs that stand for something of the authority's own are called; no workflow of these names exists. */
const PREFIX = 'belay/';

/** True for a run that stands for something of the authority's own, so that nothing starts, sweeps or wakes it. */
export const isStandIn = (runbook: string): boolean => runbook.startsWith(PREFIX);

/**
 * A run that stands in lists for something of the authority's own (a halt, an exception): it waits until its gate says so.
 * It has no Temporal execution; what happens to it happens in the transaction of a decision.
 */
export function standInRun(of: {
  readonly run: string;
  readonly runbook: `${typeof PREFIX}${string}`;
  /** Of what it stands for. */
  readonly id: string;
  readonly title: string;
  readonly target: string;
  readonly input: JsonObject;
  readonly by: Person;
  readonly summary: string;
  readonly now: Date;
}): Insertable<RunsTable> {
  const { run, runbook, id, title, target, input, by, summary, now } = of;
  return {
    id: run,
    runbook,
    runbook_hash: digestOf(runbook),
    title,
    target,
    input: JSON.stringify(input),
    requester: JSON.stringify(by),
    trigger: JSON.stringify(by.door === 'schedule' ? { kind: 'schedule', name: by.name } : { kind: 'person' }),
    mode: 'propose',
    dry_run: false,
    workflow_id: `${runbook}/${id}`,
    execution: null,
    state: 'waiting',
    outcome: null,
    verdict: null,
    summary,
    proposed_by: null,
    alert_resolved_at: null,
    responder: null,
    cancel: null,
    created_at: now,
    finished_at: null,
  };
}
