import { authority } from './activities.ts';
import { type Carried, carryOut } from './carry-out.ts';
import { takeLocks } from './locks.ts';
import type { RunState } from './run-state.ts';

/** How long a run waits for people before it asks again unasked; it is woken when they lifted or settled something. */
const LOOK_AGAIN = '360m';

/** How often a lock that was lost while the run waited is taken again for one action. */
const MAX_LOST_LOCKS = 3;

/** What is carried out, and for what. */
export interface Step extends Carried {
  /** All whose targets are locked. */
  readonly actions: readonly string[];
  /** Something is in effect already, or is being taken back: the target stays locked while a halt lasts. */
  readonly begun: boolean;
}

/** A carrying out that is over, whichever way. */
export type Ended =
  | { readonly status: 'done' | 'failed'; readonly message: string }
  | { readonly status: 'refused'; readonly code: string; readonly message: string };

/** A halted run keeps its place and no worker; a lock that it holds for nothing goes to whoever is not halted. */
async function whileHalted(state: RunState, { actions, begun, phase }: Step, message: string): Promise<void> {
  if (!begun) await authority('unlock').unlock(state.of);
  state.enter(`halted: ${message}`);
  await state.woken(LOOK_AGAIN);
  if (phase === 'execute') await (begun ? state.stopIfCancelled() : state.stopIfMoot());
  if (!begun) await takeLocks(state, actions);
}

/** Only a person can tell: the run waits, its target locked, until somebody looked and said so on the gate that asks. */
async function whileInDoubt(state: RunState, { action, phase }: Step, why: string): Promise<void> {
  const what = phase === 'undo' ? `the undo of ${action}` : action;
  await state.escalate(
    `in-doubt-${phase}-${action}`,
    `Nobody can tell whether ${what} happened: ${why}. The target stays locked until a person looked and said.`,
  );
  state.enter(`in doubt: waiting for a person to say whether ${what} happened`);
  // Whatever cuts the run short here, it must not say that nothing was done.
  state.aftermath = `Nobody can tell whether ${what} happened.`;
  await state.woken(LOOK_AGAIN);
  if (phase === 'execute') await state.stopIfCancelled();
  state.aftermath = '';
}

/**
 * Carries an action out and waits out what passes: a halt is lifted, a lock comes free, a person says what became of
 * what nobody could tell. A cancel ends the wait by throwing, except of an undo, which is what cancelling asks for.
 */
export async function untilEnded(state: RunState, step: Step): Promise<Ended> {
  let halted = false;
  for (let lost = 0; ;) {
    const result = await carryOut(state, step);
    if (result.status === 'in-doubt') await whileInDoubt(state, step, result.outcome.summary);
    else if (result.status !== 'refused') return { status: result.status, message: result.outcome.summary };
    else if (result.code === 'halted') {
      if (!halted) {
        state.counters.halts += 1;
        await state.say(`halted-${state.counters.halts}`, `Halted: ${result.message}. It goes on once that is lifted.`);
      }
      halted = true;
      await whileHalted(state, step, result.message);
    } else if (result.code === 'no-lock' && lost < MAX_LOST_LOCKS) {
      lost += 1;
      await takeLocks(state, step.actions, { mustEnd: step.phase === 'undo' });
    } else return result;
  }
}
