import type { CarryOutResult } from '../../activities/wire.ts';
import type { Phase } from '../../domain/action.ts';
import { queueOf, systemOf } from '../../domain/queue.ts';
import { authority, tools } from './activities.ts';
import { failureText, isCancel, RunEnds } from './ending.ts';
import type { PreviewedOption } from './gate.ts';
import type { RunState } from './run-state.ts';
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
  try {
    return await whileServed(state, queueOf(systemOf(tool), connection), () =>
      tools(entry, connection, 'carry-out', `${phase} ${action}: ${tool}`).carryOut({ action, phase }),
    );
  } catch (error) {
    if (isCancel(error)) throw error;
    // Every attempt ended without a record: the intent is open, its lock is kept, a person must look.
    return {
      status: 'in-doubt',
      outcome: { status: 'in-doubt', summary: failureText(error).slice(0, 1000), postState: null },
    };
  }
}

/** What became of an option: all done, or where it stopped and why. `done` lists what took effect, in order. */
export interface Execution {
  readonly status: 'done' | 'failed' | 'in-doubt' | 'drifted' | 'refused';
  readonly message: string;
  readonly done: readonly { tool: string; action: string }[];
}

/** Carries out an option's actions in order and stops at the first that does not succeed. */
export async function execute(state: RunState, { option, actions }: PreviewedOption): Promise<Execution> {
  const done: { tool: string; action: string }[] = [];
  for (const [index, action] of actions.entries()) {
    const tool = option.actions[index]?.tool;
    if (tool === undefined)
      throw new RunEnds({ outcome: 'inconclusive', summary: `${action} has no tool; nothing was done.` });
    const result = await carryOut(state, tool, action, 'execute');
    if (result.status === 'refused')
      return { status: result.code === 'drifted' ? 'drifted' : 'refused', message: result.message, done };
    if (result.status !== 'done') return { status: result.status, message: result.outcome.summary, done };
    done.push({ tool, action });
  }
  return { status: 'done', message: '', done };
}

/** Takes back what was done, last first. Says exactly what is left half-done when it cannot. */
export async function undo(state: RunState, done: Execution['done']): Promise<{ undone: boolean; message: string }> {
  const left = [...done];
  while (left.length > 0) {
    const last = left[left.length - 1];
    if (!last) break;
    const result = await carryOut(state, last.tool, last.action, 'undo');
    if (result.status !== 'done') {
      const why = result.status === 'refused' ? result.message : result.outcome.summary;
      return {
        undone: false,
        message: `Undo stopped at ${last.action} (${why}). Still in effect: ${left.map((one) => one.action).join(', ')}. A person must look.`,
      };
    }
    left.pop();
  }
  return {
    undone: true,
    message:
      done.length === 0
        ? 'Nothing had been done.'
        : `Undone: ${done
            .map((one) => one.action)
            .toReversed()
            .join(', ')}.`,
  };
}
