import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { WAKE_SIGNAL } from '../domain/messages.ts';
import { RUNBOOKS_QUEUE } from '../domain/queue.ts';
import type { AuthorityContext } from '../authority/context.ts';
import type { OutboxHandler } from '../authority/outbox/outbox.ts';
import { resumeRun } from '../authority/halts/halted-run.ts';
import { bindRun } from '../authority/runs/bind.ts';
import { isStandIn } from '../authority/runs/stand-in.ts';

/** For Temporal's own UI only; Belay's lists come from its database. */
export const SEARCH_ATTRIBUTES = ['BelayRun', 'BelayRunbook', 'BelayTarget', 'BelayState'] as const;
const keys = SEARCH_ATTRIBUTES.map((name) => defineSearchAttributeKey(name, 'KEYWORD'));

export interface DispatchOptions {
  readonly context: AuthorityContext;
  readonly client: () => Promise<Client>;
  /** Whether the namespace knows the search attributes; without them runs start all the same. */
  readonly labelled: () => boolean;
  /** Payloads are encrypted: then the target, which search attributes would show, is not named either. */
  readonly secretive?: boolean;
}

/** Outbox handlers that reach Temporal: while it is down they reject, and their rows wait. */
export function createDispatch({
  context,
  client,
  labelled,
  secretive = false,
}: DispatchOptions): Record<'run.start' | 'run.wake', OutboxHandler> {
  const runRow = (id: string) => context.db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();

  return {
    /**
     * Starts the workflow of a registered run and binds it. An open workflow of that id is another run's that has not
     * quite ended (then this waits for the next attempt), or this run's own, started before a crash (then it is bound).
     */
    'run.start': async (id) => {
      const run = await runRow(id);
      // What the authority opened for itself (a halt, an exception) is looked after by it, and has no workflow.
      if (!run || run.execution !== null || isStandIn(run.runbook)) return;
      const { workflow } = await client();
      const values = [run.id, run.runbook, secretive ? '(encrypted)' : run.target, 'running'];
      try {
        const handle = await workflow.start(run.runbook, {
          taskQueue: RUNBOOKS_QUEUE,
          workflowId: run.workflow_id,
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          args: [{ run: run.id }],
          memo: { run: run.id },
          staticSummary: `${run.title}: ${run.target}`,
          ...(labelled()
            ? {
                typedSearchAttributes: new TypedSearchAttributes(
                  keys.map((key, at) => ({ key, value: (values[at] ?? '').slice(0, 200) })),
                ),
              }
            : {}),
        });
        await bindRun(context, id, handle.firstExecutionRunId);
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const open = await workflow.getHandle(run.workflow_id).describe();
        if (open.memo?.['run'] !== run.id) throw error;
        const first = open.raw.workflowExecutionInfo?.firstRunId;
        await bindRun(context, id, first || open.runId);
      }
    },

    /** A coalesced "look again". A run that is gone needs none. */
    'run.wake': async (id) => {
      const run = await runRow(id);
      if (!run || run.execution === null) return;
      await resumeRun(context, id);
      const { workflow } = await client();
      try {
        await workflow.getHandle(run.workflow_id).signal(WAKE_SIGNAL);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
}
