import { CancellationScope, CancelledFailure, condition, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Phase } from '../../domain/action.ts';
import { WAKE_SIGNAL } from '../../domain/messages.ts';
import { RUNBOOKS_QUEUE } from '../../domain/queue.ts';
import type { Waves } from '../../sdk/run-context.ts';
import { authority } from './activities.ts';
import type { RunState } from './run-state.ts';
import type { Undone } from './undo.ts';
import { WAVE, type WaveRequest, type WaveTally } from './wave.ts';

/** Undoing goes by waves too, as large as they may be. */
const UNDO_SIZE = 250;
const UNDO_IN_FLIGHT = 10;

/** A batch that people approved. */
export interface ApprovedBatch {
  readonly gate: string;
  readonly tool: string;
  readonly waves: Waves;
}

/** One wave as a child of the run. What wakes the run wakes it too: people lifted a halt, or cancelled. */
async function runChild(state: RunState, id: string, request: WaveRequest): Promise<WaveTally> {
  const child = await startChild<(request: WaveRequest) => Promise<WaveTally>>(WAVE, {
    workflowId: `${state.of.run}/${id}`,
    taskQueue: RUNBOOKS_QUEUE,
    args: [request],
    parentClosePolicy: ParentClosePolicy.TERMINATE,
  });
  const end = { reached: false };
  const passOn = async (): Promise<void> => {
    for (let seen = state.wakeCount(); !end.reached; seen = state.wakeCount()) {
      await condition(() => end.reached || state.wakeCount() > seen);
      // It may have ended at that moment: then it needs no waking.
      if (!end.reached) await child.signal(WAKE_SIGNAL).catch(() => undefined);
    }
  };
  const passing = passOn();
  try {
    return await child.result();
  } finally {
    end.reached = true;
    await passing;
  }
}

const nothing: WaveTally = { done: 0, failed: 0, refused: 0, left: 0, stopped: null };

const sum = (a: WaveTally, b: WaveTally): WaveTally => ({
  done: a.done + b.done,
  failed: a.failed + b.failed,
  refused: a.refused + b.refused,
  left: a.left + b.left,
  stopped: b.stopped,
});

/** Why no further wave begins; null while one may. */
function stopAfter({ done, failed, stopped }: WaveTally, { stopAfter: share }: Waves): string | null {
  if (stopped !== null) return stopped;
  const ended = done + failed;
  return failed > 0 && failed > share * ended ? `${failed} of ${ended} failed` : null;
}

/**
 * Carries out an approved batch in waves: the first small, so that a mistake shows on few; none begins after too large a
 * share failed. A wave that was begun ends before anything else is done. Throws when the run was cancelled meanwhile.
 */
export async function carryOutBatch(state: RunState, { gate, tool, waves }: ApprovedBatch): Promise<WaveTally> {
  let tally = nothing;
  let after = 0;
  for (let wave = 1; ; wave += 1) {
    const begun = tally.done > 0;
    await (begun ? state.stopIfCancelled() : state.stopIfMoot());
    const size = wave === 1 ? waves.first : waves.size;
    const { items, last } = await authority(`wave ${wave}`).wave({ ...state.of, gate, undo: false, after, size });
    if (items.length === 0) return tally;
    state.enter(`wave ${wave}: ${items.length} items`);
    const mostFailures = Math.floor(waves.stopAfter * items.length);
    const request: WaveRequest = {
      of: state.of,
      phase: 'execute',
      tool,
      items,
      inFlight: waves.inFlight,
      mostFailures,
    };
    tally = sum(tally, await runChild(state, `${gate}/${wave}`, request));
    after = last;
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled in Temporal');
    await state.stopIfCancelled();
    const stopped = stopAfter(tally, waves);
    if (stopped === null) continue;
    await state.say(`stopped-${gate}`, `No further wave of ${gate} is begun: ${stopped}.`);
    return { ...tally, stopped };
  }
}

/** Takes back what of a batch is in effect, last first, whatever else happens; people are told what could not be. */
export async function undoBatch(
  state: RunState,
  { gate, tool }: ApprovedBatch,
  why: 'verdict' | 'cancelled',
): Promise<Undone> {
  return await CancellationScope.nonCancellable(async () => {
    await authority(`undo: ${why}`).undoing({ ...state.of, why, actions: [], gate });
    let tally = nothing;
    let after = 0;
    for (let wave = 1; ; wave += 1) {
      const { items, last } = await authority(`undo wave ${wave}`).wave({
        ...state.of,
        gate,
        undo: true,
        after,
        size: UNDO_SIZE,
      });
      if (items.length === 0) break;
      const phase: Phase = 'undo';
      const request: WaveRequest = {
        of: state.of,
        phase,
        tool,
        items,
        inFlight: UNDO_IN_FLIGHT,
        mostFailures: Infinity,
      };
      tally = sum(tally, await runChild(state, `${gate}/undo-${wave}`, { ...request, mostFailures: items.length }));
      after = last;
    }
    const kept = tally.failed + tally.refused;
    const message = `${tally.done} undone${kept > 0 ? `, ${kept} could not be. A person must look` : ''}.`;
    if (kept > 0) await state.escalate(`undo-${gate}`, `Undo of ${gate}: ${message}`);
    return { undone: kept === 0, message };
  });
}
