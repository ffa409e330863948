import type { CarryOutResult } from '../../activities/wire.ts';
import { authority } from './activities.ts';
import { takeLocks } from './locks.ts';
import type { RunState } from './run-state.ts';

/** How long a halted run waits before it asks again unasked; it is woken when the halt is lifted. */
const LOOK_AGAIN = '360m';

/** How often a lock that was lost while the run waited is taken again for one action. */
const MAX_LOST_LOCKS = 3;

interface Waiting {
  /** Whose targets are locked. */
  readonly actions: readonly string[];
  /** Something is in effect already, or is being taken back: the target stays locked while the halt lasts. */
  readonly begun: boolean;
  /** Whether a cancel, or before anything began a resolved alert, ends the wait by throwing. */
  readonly mustEnd: boolean;
}

/**
 * Carries an action out, waiting out what passes: a halt is lifted, a lock comes free again. A halted run keeps its place
 * and no worker; a lock it holds for nothing goes to whoever is not halted.
 */
export async function unlessHalted(
  state: RunState,
  { actions, begun, mustEnd }: Waiting,
  attempt: () => Promise<CarryOutResult>,
): Promise<CarryOutResult> {
  let halted = false;
  for (let lost = 0; ;) {
    const result = await attempt();
    if (result.status !== 'refused') return result;
    if (result.code === 'halted') {
      if (!halted)
        await state.say(`halted-${state.halts}`, `Halted: ${result.message}. It goes on once that is lifted.`);
      if (!halted) state.halts += 1;
      halted = true;
      if (!begun) await authority('unlock').unlock(state.of);
      state.enter(`halted: ${result.message}`);
      await state.woken(LOOK_AGAIN);
      if (!mustEnd) await (begun ? state.stopIfCancelled() : state.stopIfMoot());
      if (!begun) await takeLocks(state, actions);
    } else if (result.code === 'no-lock' && lost < MAX_LOST_LOCKS) {
      lost += 1;
      await takeLocks(state, actions, { mustEnd });
    } else return result;
  }
}
