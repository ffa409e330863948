import type { Revision } from '../../domain/revision.ts';
import type { Proposal } from '../../sdk/run-context.ts';
import { failureText, isCancel, RunEnds } from './ending.ts';
import type { RunState } from './run-state.ts';

/** What is asked next. `unless`: what is asked in its place where it cannot be had, as what a person was promised is a gate. */
export interface Revised {
  readonly proposal: Proposal;
  readonly unless: { readonly option: string; readonly title: string; readonly proposal: Proposal } | null;
}

type Edit = Extract<Revision, { kind: 'edit' }>;

/** One action with other arguments, its option first: what a person wrote into it is what they want to be asked about. */
function edited(proposal: Proposal, { option: id, action: number, args }: Edit): Proposal {
  const options = proposal.plan.options.map((option) =>
    option.id === id
      ? { ...option, actions: option.actions.map((action, at) => (at === number ? { ...action, args } : action)) }
      : option,
  );
  const inOrder = options.toSorted((a, b) => Number(b.id === id) - Number(a.id === id));
  return { ...proposal, plan: { ...proposal.plan, options: inOrder } };
}

/** The plan as people want it instead. A model is asked again with what they said; an edit changes one action. */
export async function revised(state: RunState, proposal: Proposal, revision: Revision): Promise<Revised> {
  const asItWas = { proposal, unless: null };
  const key = `revision-${revision.next}`;
  if (revision.kind === 'edit') {
    const { option, action, args } = revision;
    const before = proposal.plan.options.find(({ id }) => id === option);
    const problem = state.admit({ tool: before?.actions[action]?.tool ?? '', args });
    if (problem === undefined)
      return { proposal: edited(proposal, revision), unless: { option, title: before?.title ?? option, proposal } };
    await state.say(key, `What ${revision.by} edited cannot be asked: ${problem}. It is asked again as it was.`);
    return asItWas;
  }
  state.enter('revising the plan');
  try {
    if (state.revise) return { proposal: await state.revise(revision.feedback, revision.by), unless: null };
  } catch (error) {
    if (isCancel(error) || error instanceof RunEnds) throw error;
    await state.say(key, `The plan could not be revised: ${failureText(error)}. It is asked again as it was.`);
    return asItWas;
  }
  await state.say(key, 'The written rules proposed this and take no feedback. It is asked again as it was.');
  return asItWas;
}
