import { describe, expect, test } from '@jest/globals';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import {
  asFinal,
  failureText,
  failureType,
  isCancel,
  isNoWorker,
  RunCancelled,
  RunEnds,
} from '../../../src/workflows/engine/ending.ts';
import { capped } from '../../../src/workflows/engine/run-state.ts';

const activity = (cause: Error) =>
  new ActivityFailure('Activity task failed', 'readTool', '1', RetryState.TIMEOUT, 'worker', cause);
const timeout = (type: TimeoutType) => activity(new TimeoutFailure('timed out', undefined, type));

describe('how an activity that failed is understood', () => {
  test('nobody took it: that alone is a queue without a worker', () => {
    expect(isNoWorker(timeout(TimeoutType.SCHEDULE_TO_START))).toBe(true);
    for (const type of [TimeoutType.HEARTBEAT, TimeoutType.START_TO_CLOSE, TimeoutType.SCHEDULE_TO_CLOSE])
      expect(isNoWorker(timeout(type))).toBe(false);
    expect(isNoWorker(new Error('no'))).toBe(false);
  });

  test('its text is the cause’s, for people; a timeout says which', () => {
    expect(failureText(activity(ApplicationFailure.create({ message: 'RBAC says no' })))).toBe('RBAC says no');
    expect(failureText(timeout(TimeoutType.HEARTBEAT))).toBe('readTool took too long (HEARTBEAT)');
    expect(failureText('text')).toBe('text');
  });

  test('its type crosses, its class does not', () => {
    expect(failureType(activity(ApplicationFailure.create({ type: 'stop.unknown-run' })))).toBe('stop.unknown-run');
    expect(failureType(activity(new TimeoutFailure('x', undefined, TimeoutType.HEARTBEAT)))).toBeUndefined();
    expect(failureType(new Error('x'))).toBeUndefined();
  });

  test('a cancel is one whether a person asked Belay or Temporal', () => {
    expect(isCancel(new RunCancelled('x'))).toBe(true);
    expect(isCancel(new CancelledFailure('x'))).toBe(true);
    expect(isCancel(activity(new CancelledFailure('x')))).toBe(true);
    expect(isCancel(new RunEnds({ outcome: 'denied', summary: 'x' }))).toBe(false);
  });

  test('what ends a workflow always is a failure that Temporal does not try again', () => {
    const bug = asFinal(new TypeError('a bug'));
    expect(bug).toBeInstanceOf(ApplicationFailure);
    expect(bug).toMatchObject({ nonRetryable: true, message: 'a bug' });
    const cancelled = new CancelledFailure('x');
    expect(asFinal(cancelled)).toBe(cancelled);
  });

  test('a text is cut where it quotes too much, and stays a text', () => {
    expect(capped('short')).toBe('short');
    const cut = capped('\u{1f600}'.repeat(5000));
    expect(cut.length).toBeLessThanOrEqual(2001);
    expect(cut.isWellFormed()).toBe(true);
    expect(cut.endsWith('…')).toBe(true);
  });
});
