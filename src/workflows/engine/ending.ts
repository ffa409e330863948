import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  TemporalFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { RunResult } from '../../sdk/run-context.ts';

/** Ends the run from wherever it is thrown, with a result for people: a required read failed, nothing can be proposed. */
export class RunEnds extends Error {
  override readonly name = 'RunEnds';
  readonly result: RunResult;
  constructor(result: RunResult) {
    super(result.summary);
    this.result = result;
  }
}

/** The run was cancelled by a person. */
export class RunCancelled extends Error {
  override readonly name = 'RunCancelled';
}

/** Cancelled by a person, through Belay or in Temporal itself. */
export const isCancel = (error: unknown): boolean => error instanceof RunCancelled || isCancellation(error);

/** What fails a run in Temporal: anything else thrown from a workflow would be tried again for ever, after its record was closed. */
export const asFinal = (error: unknown): unknown =>
  error instanceof TemporalFailure ? error : ApplicationFailure.nonRetryable(failureText(error), 'stop.bug');

/** The activity lay on its queue and nobody took it. */
export function isNoWorker(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === 'SCHEDULE_TO_START'
  );
}

/** What an activity's failure says to people and models. Classes do not survive the boundary; types and messages do. */
export function failureText(error: unknown): string {
  if (error instanceof ActivityFailure) {
    if (error.cause instanceof TimeoutFailure)
      return `${error.activityType} took too long (${error.cause.timeoutType})`;
    return error.cause?.message ?? error.message;
  }
  return error instanceof Error ? error.message : String(error);
}

/** The `FailureType` an activity failed with, where it has one. */
export function failureType(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
}
