import { CancellationScope } from '@temporalio/workflow';
import type { CarryOutResult } from '../../activities/wire.ts';
import type { Phase } from '../../domain/action.ts';
import { queueOf, systemOf } from '../../domain/queue.ts';
import { authority, tools } from './activities.ts';
import { failureText, isCancel } from './ending.ts';
import { capped, type RunState } from './run-state.ts';
import { whileServed } from './served.ts';

/** What is carried out. `patient`: on many targets, where a system may keep some of them busy for hours. */
export interface Carried {
  readonly tool: string;
  readonly action: string;
  readonly phase: Phase;
  readonly connection?: string | undefined;
  readonly patient?: boolean | undefined;
}

/** Has one action carried out or taken back by its tools worker, and waits for its end however long that takes. */
export async function carryOut(
  state: RunState,
  { tool, action, phase, connection: given, patient = false }: Carried,
): Promise<CarryOutResult> {
  const entry = state.tool(tool);
  const connection = state.connectionOf(tool, given);
  state.enter(`${phase === 'execute' ? 'executing' : 'undoing'} ${action}`);
  const attempt = () =>
    tools(entry, connection, patient ? 'carry-out-patiently' : 'carry-out', `${phase} ${action}: ${tool}`).carryOut({
      action,
      phase,
    });
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

/** The ids of what took effect, in words. */
export const named = (done: Done): string => done.map((one) => one.action).join(', ');
