import type { RunResult } from '../../sdk/run-context.ts';
import type { PreviewedOption } from './preview-all.ts';
import type { RunState } from './run-state.ts';
import { type After, verified } from './verify.ts';

/** A person did the option themselves; the run looks whether it helped, and has nothing of its own to take back. */
export async function afterByHand(state: RunState, { option }: PreviewedOption, after: After): Promise<RunResult> {
  const { id, title } = option;
  // None of it is ours, so the verification must not look for our marks.
  const verdict = await verified(state, after, { option: id, actions: [] });
  if (verdict === 'healthy') return { outcome: 'fixed', summary: `"${title}" was done by hand and verified healthy.` };
  await state.say('escalate', `"${title}" was done by hand; verdict: ${verdict}. A person must look.`);
  return {
    outcome: verdict === 'failed' ? 'not-fixed' : 'inconclusive',
    summary: `"${title}" was done by hand; verdict: ${verdict}. Nothing was changed by Belay.`,
  };
}
