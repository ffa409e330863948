import { CancellationScope } from '@temporalio/workflow';
import type { OfRun } from '../../activities/wire.ts';
import type { Phase } from '../../domain/action.ts';
import { authority } from './activities.ts';
import { failureText, isCancel } from './ending.ts';
import { takeLocks } from './locks.ts';
import { RunState } from './run-state.ts';
import { untilEnded } from './until-ended.ts';

/** The workflow type of a wave: a child of its run, so that thousands of items do not stand in one history. */
export const WAVE = 'belay.wave';

/** What a wave carries out: at most 250 items, each one activity on the queue of its connection. */
export interface WaveRequest {
  readonly of: OfRun;
  readonly phase: Phase;
  readonly tool: string;
  readonly items: readonly { readonly action: string; readonly connection: string }[];
  /** How many at a time. */
  readonly inFlight: number;
  /** Nothing more begins once so many failed. */
  readonly mostFailures: number;
}

/** How many ended how; `refused` began nothing. What is left was not begun any more. */
export interface WaveTally {
  readonly done: number;
  readonly failed: number;
  readonly refused: number;
  readonly left: number;
  /** Why nothing more was begun, where that is so. */
  readonly stopped: string | null;
}

/** Carries out the items of one wave, so many at a time, until they ended or something says to stop. What began is waited for. */
async function carry(state: RunState, { items, phase, tool, inFlight, mostFailures }: WaveRequest): Promise<WaveTally> {
  const actions = items.map(({ action }) => action);
  const tally = { done: 0, failed: 0, refused: 0 };
  let next = 0;
  let stopped: string | null = null;
  const mayBegin = async (): Promise<boolean> => {
    if (phase === 'undo') return true;
    try {
      await state.stopIfCancelled();
    } catch (error) {
      if (!isCancel(error)) throw error;
      stopped = 'cancelled';
    }
    if (CancellationScope.current().consideredCancelled) stopped = 'cancelled';
    if (tally.failed > mostFailures) stopped ??= `${tally.failed} failed`;
    return stopped === null;
  };
  const line = async (): Promise<void> => {
    while (next < items.length && (await mayBegin())) {
      const item = items[next];
      next += 1;
      if (item === undefined) return;
      try {
        const ended = await untilEnded(state, { ...item, tool, phase, actions, begun: true, patient: true });
        tally[ended.status] += 1;
      } catch (error) {
        // Cancelled while it waited for people to say what became of it: its doubt stays open, and nothing more begins.
        if (!isCancel(error)) throw error;
        stopped = 'cancelled';
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, items.length) }, line));
  const { done, failed, refused } = tally;
  return { done, failed, refused, left: items.length - done - failed - refused, stopped };
}

/** One wave of a batch. It holds no state that its run needs: what became of each item is the authority's to say. */
export async function runWave(
  request: WaveRequest,
  wakes: { count: number },
  entered: (state: RunState) => void,
): Promise<WaveTally> {
  const { of, phase, items } = request;
  const begun = await authority('begin a wave').begin(of);
  const state = new RunState(of, begun, wakes, []);
  entered(state);
  state.enter(`${phase} of ${items.length} items`);
  try {
    await takeLocks(
      state,
      items.map(({ action }) => action),
      { mustEnd: phase === 'undo' },
    );
  } catch (error) {
    if (!isCancel(error)) throw error;
    return { done: 0, failed: 0, refused: 0, left: items.length, stopped: failureText(error) };
  }
  return await carry(state, request);
}
