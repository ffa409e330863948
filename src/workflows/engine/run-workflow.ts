import {
  ApplicationFailure,
  CancellationScope,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
  defineQuery,
  defineSignal,
} from '@temporalio/workflow';
import { PROGRESS_QUERY, WAKE_SIGNAL } from '../../domain/messages.ts';
import type { RunContext, RunResult } from '../../sdk/run-context.ts';
import type { AnyRunbook } from '../../sdk/define-runbook.ts';
import { act } from './act.ts';
import { authority } from './activities.ts';
import { asFinal, failureText, failureType, isCancel, RunCancelled, RunEnds } from './ending.ts';
import { gather } from './gather.ts';
import { investigate } from './investigate.ts';
import { capped, RunState } from './run-state.ts';

const wakeSignal = defineSignal(WAKE_SIGNAL);
const progressQuery = defineQuery<string>(PROGRESS_QUERY);

/** Foreign signals that are put on record, per run; more are ignored, so that a flood fills no ledger. */
const MAX_FOREIGN = 20;

/** A cancellable wait that a person's cancel ends early. */
async function pause(state: RunState, ms: number): Promise<void> {
  const until = Date.now() + ms;
  while (Date.now() < until) {
    await state.woken(Math.max(until - Date.now(), 1));
    await state.stopIfCancelled();
  }
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `'90s'`, `'2m'`, `'24h'`. The schema of the input has checked it. */
function millis(duration: string): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(duration);
  const unit = UNITS[match?.[2] ?? ''];
  if (!match || unit === undefined)
    throw ApplicationFailure.nonRetryable(`"${duration}" is not a duration such as 30s, 2m or 24h`);
  return Number(match[1]) * unit;
}

function contextOf(state: RunState, runbook: AnyRunbook): RunContext {
  return {
    run: state.of.run,
    mode: state.begun.mode,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each read's facts are of the tool it names; the compiler cannot follow names
    gather: (turn, reads) => gather(state, turn, reads) as never,
    investigate: (request) => investigate(state, { ...request, limits: runbook.limits }),
    act: async (proposal, after) => {
      // Read before anybody is asked: a mistake in it must not show after the side effect.
      const wait = millis(after.stabilise);
      const stabilise = async () => {
        state.enter(`waiting ${after.stabilise} before verifying`);
        await pause(state, wait);
      };
      return await act(state, proposal, { verify: after.verify, stabilise });
    },
    sleep: async (duration) => {
      await pause(state, millis(duration));
    },
    note: async (key, text) => {
      await state.say(key, text);
    },
    now: () => new Date(),
  };
}

async function procedure(state: RunState, runbook: AnyRunbook): Promise<RunResult> {
  try {
    const input: unknown = runbook.input.parse(state.begun.input);
    return await runbook.run(contextOf(state, runbook), input);
  } catch (error) {
    if (error instanceof RunEnds) return error.result;
    throw error;
  }
}

/** One run of a runbook. Its only argument is the run's id; everything else it asks the authority for. */
export async function runWorkflow(runbooks: readonly AnyRunbook[], { run }: { run: string }): Promise<RunResult> {
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
  const of = { run, execution: workflowInfo().firstExecutionRunId };
  let phase = (): string => 'starting';
  setHandler(progressQuery, () => phase());

  let state: RunState | undefined;
  try {
    const begun = await authority('begin').begin(of);
    const current = new RunState(of, begun, wakes, foreign);
    state = current;
    phase = () => current.phase;
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
