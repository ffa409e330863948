import {
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
  defineQuery,
  defineSignal,
} from '@temporalio/workflow';
import { PROGRESS_QUERY, WAKE_SIGNAL } from '../../domain/messages.ts';
import type { RunResult } from '../../sdk/run-context.ts';
import type { AnyRunbook } from '../../sdk/define-runbook.ts';
import { authority } from './activities.ts';
import { contextOf } from './context-of.ts';
import type { RunRequest } from './continue.ts';
import { asFinal, failureText, failureType, isCancel, RunCancelled, RunEnds } from './ending.ts';
import { capped, RunState } from './run-state.ts';
import { runWave, type WaveRequest, type WaveTally } from './wave.ts';

const wakeSignal = defineSignal(WAKE_SIGNAL);
const progressQuery = defineQuery<string>(PROGRESS_QUERY);

/** What a workflow hears of from outside, and where it says where it is. */
interface Heard {
  readonly wakes: { count: number };
  readonly foreign: string[];
  readonly entered: (state: RunState) => void;
}

/** Foreign signals that are put on record, per run; more are ignored, so that a flood fills no ledger. */
const MAX_FOREIGN = 20;

async function procedure(state: RunState, runbook: AnyRunbook): Promise<RunResult> {
  try {
    const input: unknown = runbook.input.parse(state.begun.input);
    return await runbook.run(contextOf(state, runbook), input);
  } catch (error) {
    if (error instanceof RunEnds) return error.result;
    throw error;
  }
}

/** One run of a runbook. */
async function runOne(
  runbooks: readonly AnyRunbook[],
  { run, carried }: RunRequest,
  { wakes, foreign, entered }: Heard,
): Promise<RunResult> {
  const of = { run, execution: workflowInfo().firstExecutionRunId };
  let state: RunState | undefined;
  try {
    const begun = await authority('begin').begin(of);
    const current = new RunState(of, begun, wakes, foreign, carried);
    state = current;
    entered(current);
    const runbook = runbooks.find((candidate) => candidate.name === begun.runbook);
    if (!runbook) throw ApplicationFailure.nonRetryable(`This worker has no runbook ${begun.runbook}`);
    if (begun.news.cancelled) throw new RunCancelled('cancelled by a person');
    const result = await procedure(current, runbook);
    // What came of it is known; a cancel that arrives now changes none of it.
    await CancellationScope.nonCancellable(async () => {
      await current.recordEvidence();
      await current.reportForeign();
      await authority('finish').finish({ ...of, ...result, summary: capped(result.summary) });
    });
    return result;
  } catch (error) {
    // Not an end: the run goes on with an empty history.
    if (error instanceof ContinueAsNew) throw error;
    const cancelled = isCancel(error);
    const aftermath = state?.aftermath ?? '';
    const message = cancelled
      ? `Cancelled. ${aftermath || 'Nothing was done.'}`
      : [failureText(error), aftermath].filter(Boolean).join('. ');
    await CancellationScope.nonCancellable(async () => {
      // The authority told this execution that the run is not its own: there is nothing to report, and nobody to report it to.
      if (failureType(error) === 'stop.unknown-run') return;
      await state?.recordEvidence();
      await state?.reportForeign();
      await authority('abandon').abandon({
        ...of,
        state: cancelled ? 'cancelled' : 'failed',
        message: capped(message),
      });
    });
    throw error instanceof RunCancelled ? ApplicationFailure.nonRetryable(message, 'cancelled') : asFinal(error);
  }
}

/** A run of a runbook, whose only argument is its id; everything else it asks the authority for. Or a wave of one. */
export async function runWorkflow(
  runbooks: readonly AnyRunbook[],
  request: RunRequest | WaveRequest,
): Promise<RunResult | WaveTally> {
  const wakes = { count: 0 };
  const foreign: string[] = [];
  setHandler(wakeSignal, () => {
    wakes.count += 1;
  });
  // A signal that is not ours changes nothing; it is put on record because somebody meant something by it.
  setDefaultSignalHandler((name) => {
    if (foreign.length < MAX_FOREIGN) foreign.push(name);
    wakes.count += 1;
  });
  let phase = (): string => 'starting';
  setHandler(progressQuery, () => phase());
  const entered = (state: RunState): void => {
    phase = () => state.phase;
  };
  return 'items' in request
    ? await runWave(request, wakes, entered)
    : await runOne(runbooks, request, { wakes, foreign, entered });
}
