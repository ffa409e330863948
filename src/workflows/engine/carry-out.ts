import { CancellationScope, CancelledFailure } from '@temporalio/workflow';
import type { CarryOutResult } from '../../activities/wire.ts';
import type { Phase } from '../../domain/action.ts';
import { queueOf, systemOf } from '../../domain/queue.ts';
import { authority, tools } from './activities.ts';
import { failureText, isCancel, RunEnds } from './ending.ts';
import type { PreviewedOption } from './gate.ts';
import { capped, type RunState } from './run-state.ts';
import { whileServed } from './served.ts';

/** How long a run waits in line for a lock before it looks again unasked; it is woken when the lock is free. */
const LOOK_AGAIN = '1m';

/** Takes the locks of these actions' targets, waiting in line without holding a worker slot. */
export async function takeLocks(state: RunState, actions: readonly string[]): Promise<void> {
  for (;;) {
    const { held, by } = await authority('lock the target').lock({ ...state.of, actions: [...actions] });
    if (held) return;
    state.enter(`waiting for the lock that run ${by} holds`);
    await state.woken(LOOK_AGAIN);
    await state.stopIfCancelled();
  }
}

async function carryOut(state: RunState, tool: string, action: string, phase: Phase): Promise<CarryOutResult> {
  const entry = state.tool(tool);
  const connection = state.connectionOf(tool);
  state.enter(`${phase === 'execute' ? 'executing' : 'undoing'} ${action}`);
  const attempt = () =>
    tools(entry, connection, 'carry-out', `${phase} ${action}: ${tool}`).carryOut({ action, phase });
  try {
    // Once asked for, its end is waited for: a side effect that is cancelled half-way is one nobody can tell about.
    return await whileServed(
      state,
      queueOf(systemOf(tool), connection),
      () => CancellationScope.nonCancellable(attempt),
      { mustEnd: phase === 'undo' },
    );
  } catch (error) {
    if (isCancel(error)) throw error;
    return await CancellationScope.nonCancellable(() => giveUp(state, action, phase, failureText(error)));
  }
}

/** Every attempt ended without an answer. Whether one began is not for the run to guess: the authority has the intent. */
async function giveUp(state: RunState, action: string, phase: Phase, why: string): Promise<CarryOutResult> {
  const message = capped(why).slice(0, 1000);
  const { begun, outcome } = await authority('give up').giveUp({ ...state.of, action, phase, message });
  if (!begun) return { status: 'refused', code: 'not-begun', message };
  const end = outcome ?? { status: 'in-doubt' as const, summary: message, postState: null };
  return { status: end.status, outcome: { ...end, postState: end.postState ?? null } };
}

/** What took effect, in order; an undo takes off its end. */
export type Done = { readonly tool: string; readonly action: string }[];

/** What became of an option: all done, or where it stopped and why. */
export interface Execution {
  readonly status: 'done' | 'failed' | 'in-doubt' | 'drifted' | 'refused';
  readonly message: string;
}

/** How long a halted run waits before it asks again unasked; it is woken when the halt is lifted. */
const HALT_LASTS = '60m';

/** Tries again, while a halt covers it, each time something woke the run. A halted run keeps its place, not a worker. */
async function unlessHalted(state: RunState, attempt: () => Promise<CarryOutResult>): Promise<CarryOutResult> {
  for (;;) {
    const result = await attempt();
    if (result.status !== 'refused' || result.code !== 'halted') return result;
    state.enter(`halted: ${result.message}`);
    await state.woken(HALT_LASTS);
    await state.stopIfCancelled();
  }
}

/** Carries out an option's actions in order and stops at the first that does not succeed. Adds to `done` what took effect. */
export async function execute(state: RunState, { option, actions }: PreviewedOption, done: Done): Promise<Execution> {
  for (const [index, action] of actions.entries()) {
    const tool = option.actions[index]?.tool;
    if (tool === undefined)
      throw new RunEnds({ outcome: 'inconclusive', summary: `${action} has no tool; nothing was done.` });
    await state.stopIfCancelled();
    const result = await unlessHalted(state, () => carryOut(state, tool, action, 'execute'));
    if (result.status === 'done') done.push({ tool, action });
    // Cancelled in Temporal meanwhile: heard here, between two actions.
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled in Temporal');
    if (result.status === 'refused') {
      await state.stopIfCancelled();
      return { status: result.code === 'drifted' ? 'drifted' : 'refused', message: result.message };
    }
    if (result.status !== 'done') return { status: result.status, message: result.outcome.summary };
  }
  return { status: 'done', message: '' };
}

const named = (done: Done): string => done.map((one) => one.action).join(', ');

/** Takes back what was done, last first, whatever else happens. Says exactly what is left half-done when it cannot. */
export async function undo(state: RunState, done: Done): Promise<{ undone: boolean; message: string }> {
  const all = named(done.toReversed());
  return await CancellationScope.nonCancellable(async () => {
    for (let last = done.at(-1); last !== undefined; last = done.at(-1)) {
      const result = await carryOut(state, last.tool, last.action, 'undo');
      if (result.status !== 'done') {
        const why = result.status === 'refused' ? result.message : result.outcome.summary;
        const left = named(done);
        // Not tried again by whoever comes next: it was tried, and people are told.
        done.length = 0;
        return {
          undone: false,
          message: `Undo stopped at ${last.action} (${why}). Still in effect: ${left}. A person must look.`,
        };
      }
      done.pop();
    }
    return { undone: true, message: all === '' ? 'Nothing had been done.' : `Undone: ${all}.` };
  });
}
