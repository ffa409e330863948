import { CancellationScope } from '@temporalio/workflow';
import type { RequestOf } from '../../authority/protocol.ts';
import { authority } from './activities.ts';
import { type Done, named } from './carry-out.ts';
import type { RunState } from './run-state.ts';
import { untilEnded } from './until-ended.ts';

/** What became of taking back. */
export interface Undone {
  readonly undone: boolean;
  readonly message: string;
}

/**
 * Takes back what was done, last first, whatever else happens; `why` goes on record before the first of it, as nothing is
 * granted without. Where it stops, people are told which of it is left, by the authority's own record.
 */
export async function undo(state: RunState, done: Done, why: RequestOf<'undoing'>['why']): Promise<Undone> {
  if (done.length === 0) return { undone: true, message: 'Nothing had been done.' };
  const all = done.map(({ action }) => action);
  return await CancellationScope.nonCancellable(async () => {
    await authority(`undo: ${why}`).undoing({ ...state.of, why, actions: all });
    const back: Done = [];
    for (let last = done.at(-1); last !== undefined; last = done.at(-1)) {
      const { tool, action } = last;
      const result = await untilEnded(state, { tool, action, phase: 'undo', actions: all, begun: true });
      if (result.status !== 'done') {
        const before = back.length > 0 ? `Undone: ${named(back)}. ` : '';
        const message = `${before}Undo stopped at ${action} (${result.message}). A person must look.`;
        // Not tried again by whoever comes next: it was tried, and people are told.
        done.length = 0;
        await state.escalate(`undo-${action}`, message);
        return { undone: false, message };
      }
      done.pop();
      back.push(last);
    }
    return { undone: true, message: `Undone: ${named(back)}.` };
  });
}
