import { CancellationScope, CancelledFailure } from '@temporalio/workflow';
import type { Done } from './carry-out.ts';
import { RunEnds } from './ending.ts';
import type { PreviewedOption } from './preview-all.ts';
import type { RunState } from './run-state.ts';
import { untilEnded } from './until-ended.ts';

/** What became of an option: all done, or where it stopped and why. `outdated`: the approval no longer fits, and nothing began. */
export interface Execution {
  readonly status: 'done' | 'failed' | 'outdated' | 'refused';
  readonly message: string;
}

/** Refusals after which people can be asked again: what they said was right when they said it. */
const OUTDATED = ['drifted', 'approval-expired', 'revoked', 'not-approved', 'digest-mismatch'];

/** Carries out an option's actions in order and stops at the first that does not succeed. Adds to `done` what took effect. */
export async function execute(state: RunState, { option, actions }: PreviewedOption, done: Done): Promise<Execution> {
  for (const [index, action] of actions.entries()) {
    const tool = option.actions[index]?.tool;
    if (tool === undefined) throw new RunEnds({ outcome: 'inconclusive', summary: `${action} has no tool.` });
    const begun = done.length > 0;
    await (begun ? state.stopIfCancelled() : state.stopIfMoot());
    const result = await untilEnded(state, { tool, action, phase: 'execute', actions, begun });
    if (result.status === 'done') done.push({ tool, action });
    // Cancelled in Temporal meanwhile: heard here, between two actions.
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled in Temporal');
    if (result.status === 'refused') {
      await state.stopIfCancelled();
      const outdated = !begun && OUTDATED.includes(result.code);
      return { status: outdated ? 'outdated' : 'refused', message: result.message };
    }
    if (result.status !== 'done') return result;
  }
  return { status: 'done', message: '' };
}
