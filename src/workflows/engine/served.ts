import { isNoWorker } from './ending.ts';
import type { RunState } from './run-state.ts';

/**
 * Tries again while no worker serves the queue, after saying so once. The run stays alive and its state has a name. A
 * cancel ends the wait, except of an undo (`mustEnd`): taking back what was done is what cancelling asks for.
 */
export async function whileServed<T>(
  state: RunState,
  queue: string,
  attempt: () => Promise<T>,
  { mustEnd = false } = {},
): Promise<T> {
  const before = state.phase;
  for (;;) {
    try {
      const result = await attempt();
      state.enter(before);
      return result;
    } catch (error) {
      if (!isNoWorker(error)) throw error;
      state.enter(`no worker on queue ${queue}`);
      await state.say(`no-worker-${queue}`, `No worker serves the queue ${queue}; this run waits until one does.`);
      if (!mustEnd) await state.stopIfCancelled();
    }
  }
}
