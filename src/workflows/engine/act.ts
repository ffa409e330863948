import { CancellationScope } from '@temporalio/workflow';
import type { Plan, ProposedOption } from '../../domain/plan.ts';
import { queueOf, systemOf } from '../../domain/queue.ts';
import type { Revision } from '../../domain/revision.ts';
import { type Check, type Verdict, verdictOf } from '../../domain/verdict.ts';
import type { Chosen, Proposal, RunResult } from '../../sdk/run-context.ts';
import { authority, tools } from './activities.ts';
import { type Done, type Execution, execute, takeLocks, undo } from './carry-out.ts';
import { failureText, isCancel, RunEnds } from './ending.ts';
import { askPeople, type GateEnd, type PreviewedOption } from './gate.ts';
import type { RunState } from './run-state.ts';
import { whileServed } from './served.ts';

/** How often a plan is asked again because its target changed between approval and execution. */
const MAX_ASKS = 3;

interface After {
  readonly stabilise: (state: RunState) => Promise<void>;
  readonly verify: (chosen: Chosen) => Promise<Check[]>;
}

async function previewOption(state: RunState, option: ProposedOption): Promise<PreviewedOption> {
  const actions: string[] = [];
  for (const { tool, args } of option.actions) {
    const entry = state.tool(tool);
    const connection = state.connectionOf(tool);
    state.sequence += 1;
    const looksOnly = state.begun.mode === 'observe' || state.begun.dryRun;
    const request = {
      ...state.of,
      permit: state.begun.permit,
      sequence: state.sequence,
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
async function previewAll(state: RunState, plan: Plan): Promise<PreviewedOption[]> {
  await state.recordEvidence();
  state.enter('previewing what would be done');
  const previewed: PreviewedOption[] = [];
  for (const option of plan.options) {
    try {
      previewed.push(await previewOption(state, option));
    } catch (error) {
      if (isCancel(error) || error instanceof RunEnds) throw error;
      await state.say(
        `preview-${state.gates}-${option.id}`,
        `"${option.title}" cannot be offered: ${failureText(error)}`,
      );
    }
  }
  return previewed;
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

async function verified(state: RunState, after: After, { option, actions }: PreviewedOption): Promise<Verdict> {
  await after.stabilise(state);
  state.enter('verifying');
  const checks = await checksOf(after, { option: option.id, actions });
  const verdict = verdictOf(checks);
  await state.recordEvidence();
  await authority(`verdict ${verdict}`).verified({ ...state.of, verdict, checks, final: true });
  return verdict;
}

const unasked: Record<Exclude<GateEnd['end'], 'approved' | 'by-hand' | 'revised'>, RunResult['outcome']> = {
  denied: 'denied',
  expired: 'expired',
  observed: 'observed',
  forbidden: 'denied',
  resolved: 'inconclusive',
  void: 'inconclusive',
};

/** After the side effect: wait, verify, and take it back where that failed. */
async function settle(
  state: RunState,
  execution: Execution,
  done: Done,
  option: PreviewedOption,
  after: After,
): Promise<RunResult> {
  const { title } = option.option;
  if (execution.status === 'in-doubt') {
    const also = done.length === 0 ? '' : ` In effect: ${done.map(({ action }) => action).join(', ')}.`;
    return {
      outcome: 'in-doubt',
      summary: `Nobody can tell whether it happened: ${execution.message}. A person must look; the target stays locked.${also}`,
    };
  }
  if (execution.status !== 'done') {
    const { message } = await undo(state, done);
    return { outcome: 'not-fixed', summary: `"${title}" could not be carried out: ${execution.message}. ${message}` };
  }
  const verdict = await verified(state, after, option);
  if (verdict === 'healthy') return { outcome: 'fixed', summary: `"${title}" was done and verified healthy.` };
  if (verdict === 'inconclusive')
    return {
      outcome: 'inconclusive',
      summary: `"${title}" was done; whether it helped could not be measured. It was left in place; a person should look.`,
    };
  const { undone, message } = await undo(state, done);
  await state.say('escalate', `Verification failed after "${title}". ${message} A person must take over.`);
  return {
    outcome: 'not-fixed',
    summary: `"${title}" did not help and ${undone ? 'was undone' : 'could not be undone'}. ${message}`,
  };
}

/** An approved option under its lock. `drifted` asks the caller to ask people again. */
async function carryThrough(state: RunState, option: PreviewedOption, after: After): Promise<RunResult | 'drifted'> {
  const { title } = option.option;
  if (option.actions.length === 0) {
    if (option.option.manual !== null)
      return {
        outcome: 'not-fixed',
        summary: `"${title}" was chosen: a person does it by hand. ${option.option.manual}`,
      };
    const verdict = await verified(state, after, option);
    return {
      outcome: verdict === 'healthy' ? 'fixed' : verdict === 'failed' ? 'not-fixed' : 'inconclusive',
      summary: `"${title}" was chosen; nothing was changed. Verdict: ${verdict}.`,
    };
  }
  await takeLocks(state, option.actions);
  const done: Done = [];
  try {
    const execution = await execute(state, option, done);
    if (execution.status === 'drifted' && done.length === 0) return 'drifted';
    return await settle(state, execution, done, option, after);
  } catch (error) {
    // Cancelled on the way: what was done is taken back before anything else.
    if (isCancel(error) && done.length > 0) {
      const { message } = await undo(state, done);
      state.aftermath = message;
    }
    throw error;
  } finally {
    await CancellationScope.nonCancellable(() => authority('unlock').unlock(state.of));
  }
}

/** A person did the option themselves; the run looks whether it helped, and has nothing of its own to take back. */
async function afterByHand(state: RunState, option: PreviewedOption, after: After): Promise<RunResult> {
  const { title } = option.option;
  const verdict = await verified(state, after, option);
  if (verdict === 'healthy') return { outcome: 'fixed', summary: `"${title}" was done by hand and verified healthy.` };
  await state.say('escalate', `"${title}" was done by hand; verdict: ${verdict}. A person must look.`);
  return {
    outcome: verdict === 'failed' ? 'not-fixed' : 'inconclusive',
    summary: `"${title}" was done by hand; verdict: ${verdict}. Nothing was changed by Belay.`,
  };
}

/** The plan as people want it instead. A model is asked again with what they said; an edit changes one action. */
async function revised(state: RunState, proposal: Proposal, revision: Revision): Promise<Proposal> {
  if (revision.kind === 'send-back') {
    if (!state.revise) return proposal;
    state.enter('revising the plan');
    return await state.revise(revision.feedback, revision.by);
  }
  const options = proposal.plan.options.map((option) =>
    option.id !== revision.option
      ? option
      : {
          ...option,
          actions: option.actions.map((action, at) =>
            at === revision.action ? { ...action, args: revision.args } : action,
          ),
        },
  );
  // What a person wrote into it comes first; whose proposal the rest is does not change.
  return {
    ...proposal,
    plan: {
      ...proposal.plan,
      options: options.toSorted((a, b) => Number(b.id === revision.option) - Number(a.id === revision.option)),
    },
  };
}

/** From plan to verdict. See `RunContext.act`. */
export async function act(state: RunState, proposal: Proposal, after: After): Promise<RunResult> {
  let current = proposal;
  let replaces: string | null = null;
  for (let drifts = 0; drifts < MAX_ASKS;) {
    const { plan } = current;
    if (plan.conclusion !== 'act') {
      const outcome = plan.conclusion === 'nothing-wrong' ? 'nothing-wrong' : 'inconclusive';
      return { outcome, summary: plan.diagnosis };
    }
    const options = await previewAll(state, plan);
    // Doing nothing is only worth asking about next to something that could be done.
    if (!options.some(({ actions, option }) => actions.length > 0 || option.manual !== null))
      return {
        outcome: 'inconclusive',
        summary: `${plan.diagnosis} Nothing that could be done about it can be offered.`,
      };
    const end = await askPeople(state, current, options, replaces);
    replaces = null;
    if (end.end === 'revised') {
      replaces = end.gate;
      current = await revised(state, current, end.revision);
      continue;
    }
    if (end.end === 'by-hand') return await afterByHand(state, end.option, after);
    if ('message' in end)
      return { outcome: unasked[end.end], summary: end.message || `The approval is ${end.end}; nothing was done.` };
    const result = await carryThrough(state, end.option, after);
    if (result !== 'drifted') return result;
    // The approval was for what is no longer there: withdrawn, so that nothing can use it should things change back.
    await authority().voidGate({ ...state.of, gate: end.gate, reason: 'The target changed after it was approved.' });
    drifts += 1;
    const again = drifts < MAX_ASKS ? '; it is asked again with what is there now' : '';
    await state.say(
      `drifted-${drifts}`,
      `The target changed between approval and execution. Nothing was done${again}.`,
    );
  }
  return {
    outcome: 'not-fixed',
    summary: `The target kept changing between approval and execution (${MAX_ASKS} times); nothing was done.`,
  };
}
