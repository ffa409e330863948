import { runWorkflow } from './engine/run-workflow.ts';
import { runbooks } from './runbooks.ts';

/** Handles every workflow type: the type is the runbook's name, so that Temporal's own UI reads well. */
export default async function run(request: Parameters<typeof runWorkflow>[1]): Promise<unknown> {
  return await runWorkflow(runbooks, request);
}
