import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { Carried } from './journal.ts';
import type { RunState } from './run-state.ts';

/** What a run is started with: its id, and what an execution before it finished. */
export interface RunRequest {
  readonly run: string;
  readonly carried?: Carried;
}

/**
 * Goes on as a new execution of the same chain when the history has grown long; called only where a run waits and holds
 * nothing. The authority knows the chain and not the execution, gates are found again by their number, and what was
 * finished is taken along, so that nothing is read, asked or done twice.
 */
export async function continueIfLong(state: RunState): Promise<void> {
  if (!workflowInfo().continueAsNewSuggested) return;
  await state.recordEvidence();
  await state.reportForeign();
  await continueAsNew<(request: RunRequest) => Promise<unknown>>({
    run: state.of.run,
    carried: state.journal.carried(),
  });
}
