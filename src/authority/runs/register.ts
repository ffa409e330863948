import { randomBytes } from 'node:crypto';
import { idFromBytes } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RunbookEntry } from '../../domain/manifest.ts';
import type { Person } from '../../domain/person.ts';
import type { RunMode } from '../../domain/run.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { Trigger } from '../../domain/trigger.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';

const wordOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '?';

/** Fills `{field}` in a runbook's target template. */
const targetOf = (template: string, input: JsonObject): string =>
  template.replaceAll(/\{(\w+)\}/g, (_, field: string) => wordOf(input[field]));

/** Registers a run and leaves its start to the outbox. Everything that is judged later comes from this row, never from Temporal. */
export async function registerRun(
  trx: Trx,
  now: Date,
  request: {
    runbook: RunbookEntry;
    input: JsonObject;
    requester: Person;
    trigger: Trigger;
    mode: RunMode;
    dryRun: boolean;
    workflowId?: string;
  },
): Promise<string> {
  const id = idFromBytes('r', randomBytes(8));
  const target = targetOf(request.runbook.targetTemplate, request.input);
  const { runbook, input, requester, trigger, mode, dryRun } = request;
  await trx
    .insertInto('runs')
    .values({
      id,
      runbook: runbook.name,
      runbook_hash: runbook.hash,
      title: runbook.title,
      target,
      input: JSON.stringify(input),
      requester: JSON.stringify(requester),
      trigger: JSON.stringify(trigger),
      mode,
      dry_run: dryRun,
      workflow_id: request.workflowId ?? `${runbook.name}/${id}`,
      execution: null,
      state: 'queued',
      outcome: null,
      verdict: null,
      summary: null,
      proposed_by: null,
      alert_resolved_at: null,
      responder: null,
      cancel: null,
      created_at: now,
      finished_at: null,
    })
    .execute();
  await append(trx, now, id, 'run.registered', {
    runbook: runbook.name,
    runbookHash: runbook.hash,
    target,
    input,
    requester,
    trigger: { ...trigger },
    mode,
    dryRun,
  });
  await enqueue(trx, now, 'run.start', id);
  return id;
}
