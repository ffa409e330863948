import { CancellationScope } from '@temporalio/workflow';
import type { RunResult } from '../../sdk/run-context.ts';
import { authority } from './activities.ts';
import { type Done, named } from './carry-out.ts';
import { isCancel } from './ending.ts';
import { execute, type Execution } from './execute.ts';
import { takeLocks } from './locks.ts';
import type { PreviewedOption } from './preview-all.ts';
import type { RunState } from './run-state.ts';
import { undo } from './undo.ts';
import { type After, verified } from './verify.ts';

/** The approval no longer fits and nothing began: people may be asked again. */
export interface Outdated {
  readonly outdated: string;
}

/** After the side effect: wait, verify, and take it back where that failed. */
async function settle(
  state: RunState,
  { status, message }: Execution,
  done: Done,
  { option, actions }: PreviewedOption,
  after: After,
): Promise<RunResult> {
  const { title } = option;
  if (status !== 'done') {
    const back = await undo(state, done, 'stopped');
    return { outcome: 'not-fixed', summary: `"${title}" could not be carried out: ${message}. ${back.message}` };
  }
  const verdict = await verified(state, after, { option: option.id, actions });
  if (verdict === 'healthy') return { outcome: 'fixed', summary: `"${title}" was done and verified healthy.` };
  if (verdict === 'inconclusive')
    return {
      outcome: 'inconclusive',
      summary: `"${title}" was done; whether it helped could not be measured. It was left in place; a person should look.`,
    };
  const back = await undo(state, done, 'verdict');
  await state.say('escalate', `Verification failed after "${title}". ${back.message} A person must take over.`);
  return {
    outcome: 'not-fixed',
    summary: `"${title}" did not help and ${back.undone ? 'was undone' : 'could not be undone'}. ${back.message}`,
  };
}

/** An option that changes nothing: what a person does by hand, or to watch. */
async function withoutActions(state: RunState, { option }: PreviewedOption, after: After): Promise<RunResult> {
  const { id, title, manual } = option;
  if (manual !== null)
    return { outcome: 'not-fixed', summary: `"${title}" was chosen: a person does it by hand. ${manual}` };
  const verdict = await verified(state, after, { option: id, actions: [] });
  return {
    outcome: verdict === 'healthy' ? 'fixed' : verdict === 'failed' ? 'not-fixed' : 'inconclusive',
    summary: `"${title}" was chosen; nothing was changed. Verdict: ${verdict}.`,
  };
}

/** An approved option, under its locks, to its verdict. */
export async function carryThrough(
  state: RunState,
  option: PreviewedOption,
  after: After,
): Promise<RunResult | Outdated> {
  if (option.actions.length === 0) return await withoutActions(state, option, after);
  const done: Done = [];
  try {
    await takeLocks(state, option.actions);
    const execution = await execute(state, option, done);
    if (execution.status === 'outdated') return { outdated: execution.message };
    return await settle(state, execution, done, option, after);
  } catch (error) {
    // Cancelled on the way: what was done is taken back before anything else. After a mistake of our own it is left
    // as it is, since nobody asked for it to go: the run fails, and the authority says what is in effect and to whom.
    if (done.length > 0) {
      const left = isCancel(error)
        ? (await undo(state, done, 'cancelled')).message
        : `It stopped after ${named(done)} took effect; that was left in place.`;
      state.aftermath = [state.aftermath, left].filter(Boolean).join(' ');
    }
    throw error;
  } finally {
    await CancellationScope.nonCancellable(() => authority('unlock').unlock(state.of));
  }
}
