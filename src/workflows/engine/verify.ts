import { type Check, type Verdict, verdictOf } from '../../domain/verdict.ts';
import type { Chosen } from '../../sdk/run-context.ts';
import { authority } from './activities.ts';
import { failureText, isCancel } from './ending.ts';
import type { RunState } from './run-state.ts';

/** What a runbook does after its side effect. */
export interface After {
  readonly stabilise: (state: RunState) => Promise<void>;
  readonly verify: (chosen: Chosen) => Promise<Check[]>;
}

/** The checks of the runbook; a verification that cannot be made is an unanswered question, not an end of the run. */
async function checksOf(after: After, chosen: Chosen): Promise<Check[]> {
  try {
    return await after.verify(chosen);
  } catch (error) {
    if (isCancel(error)) throw error;
    return [
      { name: 'verification', expected: 'an answer', seen: failureText(error).slice(0, 500), passed: null, samples: 0 },
    ];
  }
}

/** Waits for things to settle, looks, and puts the verdict on record; an undo that follows from it is granted by that record. */
export async function verified(state: RunState, after: After, chosen: Chosen): Promise<Verdict> {
  await after.stabilise(state);
  state.enter('verifying');
  const checks = await checksOf(after, chosen);
  const verdict = verdictOf(checks);
  await state.recordEvidence();
  await authority(`verdict ${verdict}`).verified({ ...state.of, verdict, checks, final: true });
  return verdict;
}
