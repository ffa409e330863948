import type { Plan, ProposedOption } from '../../domain/plan.ts';
import { queueOf, systemOf } from '../../domain/queue.ts';
import { tools } from './activities.ts';
import { failureText, isCancel, RunEnds } from './ending.ts';
import type { RunState } from './run-state.ts';
import { whileServed } from './served.ts';

/** An option whose actions were previewed. */
export interface PreviewedOption {
  readonly option: ProposedOption;
  readonly actions: readonly string[];
}

async function previewOption(state: RunState, option: ProposedOption): Promise<PreviewedOption> {
  const actions: string[] = [];
  for (const { tool, args } of option.actions) {
    const entry = state.tool(tool);
    const connection = state.connectionOf(tool);
    state.counters.sequence += 1;
    const looksOnly = state.begun.mode === 'observe' || state.begun.dryRun;
    const request = {
      ...state.of,
      permit: await state.permitNow(),
      sequence: state.counters.sequence,
      tool,
      connection,
      args,
      looksOnly,
    };
    const { id } = await whileServed(state, queueOf(systemOf(tool), connection), () =>
      tools(entry, connection, 'read', `preview ${tool}`).previewAction(request),
    );
    actions.push(id);
  }
  return { option, actions };
}

/** The options that can be shown: one whose preview fails (no permission, no such revision) is left out, and said. */
export const previewAll = (state: RunState, plan: Plan): Promise<PreviewedOption[]> =>
  state.journal.once(state, 'previews', () => lookAtAll(state, plan));

async function lookAtAll(state: RunState, plan: Plan): Promise<PreviewedOption[]> {
  await state.recordEvidence();
  state.enter('previewing what would be done');
  state.counters.previews += 1;
  const previewed: PreviewedOption[] = [];
  for (const option of plan.options) {
    try {
      previewed.push(await previewOption(state, option));
    } catch (error) {
      if (isCancel(error) || error instanceof RunEnds) throw error;
      await state.say(
        `preview-${state.counters.previews}-${option.id}`,
        `"${option.title}" cannot be offered: ${failureText(error)}`,
      );
    }
  }
  return previewed;
}

/** Doing nothing is only worth asking about next to something that could be done. */
export const worthAsking = (options: readonly PreviewedOption[]): boolean =>
  options.some(({ actions, option }) => actions.length > 0 || option.manual !== null);
