import { END_STATES } from '../domain/run.ts';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { AuthorityContext } from '../authority/context.ts';
import { attendOwnGates } from '../authority/gates/attend-own-gates.ts';
import { loseRun } from '../authority/runs/lose-run.ts';

const EVERY_MS = 15_000;

/** How a workflow that is over ended, in words; undefined while it is open. `COMPLETED` without our own record is an end too. */
async function endOf(client: Client, workflowId: string, execution: string): Promise<string | undefined> {
  try {
    const { status, raw } = await client.workflow.getHandle(workflowId).describe();
    const first = raw.workflowExecutionInfo?.firstRunId;
    if (first && first !== execution) return 'was replaced by another execution';
    return status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW' || status.name === 'PAUSED'
      ? undefined
      : `was ${status.name.toLowerCase()} in Temporal`;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'is not in Temporal any more';
    throw error;
  }
}

/** Finds runs that ended in Temporal without telling (terminated, timed out, lost) and closes them here. */
export async function sweep(context: AuthorityContext, client: Client): Promise<void> {
  const runs = await context.db
    .selectFrom('runs')
    .select(['id', 'workflow_id', 'execution'])
    .where('state', 'not in', END_STATES)
    .where('execution', 'is not', null)
    .execute();
  for (const run of runs) {
    const end = await endOf(client, run.workflow_id, run.execution ?? '');
    if (end) await loseRun(context, run.id, `The run ${end}; what it had not begun is not done.`);
  }
}

/** Sweeps now and again until stopped. An unreachable Temporal or database is no news: the next sweep looks again. */
export function startSweeper(
  context: AuthorityContext,
  client: () => Promise<Client>,
  onError: (error: unknown) => void,
): { stop(): void } {
  const timer = setInterval(() => {
    // Needs no Temporal: what the authority itself asks waits and ends without it.
    void attendOwnGates(context).catch(onError);
    void client()
      .then((ready) => sweep(context, ready))
      .catch(onError);
  }, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
