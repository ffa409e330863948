import type { BlobRef } from '../../domain/blob.ts';
import type { ModelTurnResult, ToolAnswer, ToolCall, TurnLimits } from '../../domain/conversation.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Plan } from '../../domain/plan.ts';
import { AGENTS_QUEUE } from '../../domain/queue.ts';
import type { Proposal } from '../../sdk/run-context.ts';
import { agents } from './activities.ts';
import { failureText, isCancel, RunEnds } from './ending.ts';
import { callReadTool } from './gather.ts';
import type { RunState } from './run-state.ts';
import { whileServed } from './served.ts';

interface Request {
  readonly task: string;
  readonly rules: () => Plan;
  readonly admit: (action: { tool: string; args: JsonObject }) => string | undefined;
  readonly limits: TurnLimits;
}

/** One tool call of a model, answered by reference or by a line saying what went wrong. Never fails the run. */
async function answer(state: RunState, call: ToolCall): Promise<ToolAnswer> {
  try {
    const { content } = await callReadTool(state, { tool: call.tool, args: call.args, wantFacts: false });
    state.evidence.set(content.id, content);
    return { callId: call.id, tool: call.tool, content, error: null };
  } catch (error) {
    if (isCancel(error)) throw error;
    return { callId: call.id, tool: call.tool, content: null, error: failureText(error).slice(0, 1000) };
  }
}

async function answerAll(state: RunState, turn: string, calls: readonly ToolCall[]): Promise<ToolAnswer[]> {
  const answers = await Promise.all(calls.map((call) => answer(state, call)));
  const reads = calls.flatMap((call, index) => {
    const content = answers[index]?.content;
    return content ? [{ tool: call.tool, args: call.args, content }] : [];
  });
  await state.noteEvidence(turn, reads);
  return answers;
}

/** The tool loop: one activity per model turn, one per tool call, until there is a plan or a limit is reached. */
async function ask(state: RunState, request: Request): Promise<Proposal> {
  const names = (risk: 'read' | 'other') =>
    state.begun.tools.filter((tool) => (tool.risk === 'read') === (risk === 'read')).map((tool) => tool.name);
  const [readTools, writeTools] = [names('read'), names('other')];
  let conversation: BlobRef | null = null;
  let answers: ToolAnswer[] = [];
  let tokens = 0;
  let repairs = 0;
  for (let turn = 0; turn < request.limits.turns; turn += 1) {
    await state.stopIfCancelled();
    state.turns += 1;
    const turnId = `${state.of.run}/t${state.turns}`;
    state.enter(`asking the model, turn ${turn + 1}`);
    const given = {
      run: state.of.run,
      turnId,
      runbook: state.begun.runbook,
      task: turn === 0 ? request.task : null,
      conversation,
      answers,
      evidence: turn === 0 ? [...state.evidence.values()] : [],
      readTools,
      writeTools,
    };
    const result: ModelTurnResult = await whileServed(state, AGENTS_QUEUE, () =>
      agents(`model turn ${turn + 1}`).modelTurn(given),
    );
    conversation = result.conversation;
    answers = [];
    tokens += result.usage.inputTokens + result.usage.outputTokens;
    const { next } = result;
    if (next.kind === 'plan')
      return { plan: next.plan, proposedBy: { kind: 'model', model: result.model, promptHash: result.promptHash } };
    if (tokens > request.limits.tokens)
      throw new Error(`it used ${tokens} tokens of ${request.limits.tokens} without coming to a plan`);
    if (next.kind === 'invalid') {
      repairs += 1;
      if (repairs > request.limits.repairs)
        throw new Error(`it kept answering with something invalid (${next.problem})`);
    } else answers = await answerAll(state, turnId, next.calls);
  }
  throw new Error(`it did not come to a plan within ${request.limits.turns} turns`);
}

/** Leaves out options that the runbook does not admit, whoever proposed them. */
function admitted(plan: Plan, admit: Request['admit']): { plan: Plan; left: string[] } {
  const left: string[] = [];
  const options = plan.options.filter((option) => {
    const reasons = option.actions.flatMap((action) => admit(action) ?? []);
    if (reasons.length > 0) left.push(`"${option.title}" was left out: ${reasons.join('; ')}`);
    return reasons.length === 0;
  });
  const conclusion = plan.conclusion === 'act' && options.length === 0 ? 'unknown' : plan.conclusion;
  return { plan: { ...plan, conclusion, options }, left };
}

/** A plan from the model where one is configured; from the runbook's rules otherwise, and where the model fails. */
export async function investigate(state: RunState, request: Request): Promise<Proposal> {
  let proposal: Proposal = {
    plan: { conclusion: 'unknown', diagnosis: 'none', confidence: 'low', evidence: [], options: [] },
    proposedBy: { kind: 'rules' },
  };
  if (state.begun.model === null) proposal = { ...proposal, plan: request.rules() };
  else {
    try {
      proposal = await ask(state, request);
    } catch (error) {
      if (isCancel(error) || error instanceof RunEnds) throw error;
      const why = failureText(error);
      await state.say(
        'model-failed',
        `The model ${state.begun.model} did not help: ${why}. The runbook's own rules propose instead.`,
      );
      proposal = { ...proposal, plan: request.rules() };
    }
  }
  const { plan, left } = admitted(proposal.plan, request.admit);
  for (const [index, text] of left.entries()) await state.say(`left-out-${index}`, text);
  return { plan, proposedBy: proposal.proposedBy };
}
