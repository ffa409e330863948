import { authority } from './activities.ts';
import type { RunState } from './run-state.ts';

/** How long a run waits in line for a lock before it looks again unasked; it is woken when the lock is free. */
const LOOK_AGAIN = '1m';

/**
 * Takes the locks of these actions' targets, waiting in line without holding a worker slot. The wait ends, by throwing,
 * when the run is cancelled or its alert resolves; not with `mustEnd`, which is for what takes back.
 */
export async function takeLocks(state: RunState, actions: readonly string[], { mustEnd = false } = {}): Promise<void> {
  for (;;) {
    const { held, by } = await authority('lock the target').lock({ ...state.of, actions: [...actions] });
    if (held) return;
    state.enter(`waiting for the lock that run ${by} holds`);
    await state.woken(LOOK_AGAIN);
    if (!mustEnd) await state.stopIfMoot();
  }
}
