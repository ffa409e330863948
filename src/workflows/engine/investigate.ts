import type { ModelTurnResult, ToolAnswer, ToolCall, TurnLimits } from '../../domain/conversation.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Plan } from '../../domain/plan.ts';
import { AGENTS_QUEUE } from '../../domain/queue.ts';
import type { Proposal } from '../../sdk/run-context.ts';
import { agents } from './activities.ts';
import { failureText, isCancel, RunEnds } from './ending.ts';
import { callReadTool } from './gather.ts';
import type { RunState, Talk } from './run-state.ts';
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

/** Turns a model has for one revision; it has read most of what it needs. */
const REVISION_TURNS = 8;

/** What a person who decides says of a plan. */
interface Feedback {
  readonly by: string;
  readonly text: string;
}

/**
 * The tool loop: one activity per model turn, one per tool call, until there is a plan or a limit is reached. With
 * `feedback` it goes on in the same conversation. Tokens count over all of it.
 */
async function ask(state: RunState, request: Request, talk: Talk, feedback: Feedback | null): Promise<Proposal> {
  const names = (risk: 'read' | 'other') =>
    state.begun.tools.filter((tool) => (tool.risk === 'read') === (risk === 'read')).map((tool) => tool.name);
  const [readTools, writeTools] = [names('read'), names('other')];
  const turns = feedback ? Math.min(REVISION_TURNS, request.limits.turns) : request.limits.turns;
  let answers: ToolAnswer[] = [];
  let repairs = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    await state.stopIfCancelled();
    state.counters.turns += 1;
    const turnId = `${state.of.run}/t${state.counters.turns}`;
    state.enter(`asking the model, turn ${turn + 1}`);
    const given = {
      ...state.of,
      turnId,
      runbook: state.begun.runbook,
      task: turn === 0 && !feedback ? request.task : null,
      feedback: turn === 0 ? feedback : null,
      conversation: talk.conversation,
      answers,
      evidence: turn === 0 ? [...state.evidence.values()] : [],
      readTools,
      writeTools,
    };
    const result: ModelTurnResult = await whileServed(state, AGENTS_QUEUE, () =>
      agents(`model turn ${turn + 1}`).modelTurn(given),
    );
    talk.conversation = result.conversation;
    answers = [];
    talk.tokens += result.usage.inputTokens + result.usage.outputTokens;
    const { next } = result;
    if (next.kind === 'plan')
      return { plan: next.plan, proposedBy: { kind: 'model', model: result.model, promptHash: result.promptHash } };
    if (talk.tokens > request.limits.tokens)
      throw new Error(`it used ${talk.tokens} tokens of ${request.limits.tokens} without coming to a plan`);
    if (next.kind === 'invalid') {
      repairs += 1;
      if (repairs > request.limits.repairs)
        throw new Error(`it kept answering with something invalid (${next.problem})`);
    } else answers = await answerAll(state, turnId, next.calls);
  }
  throw new Error(`it did not come to a plan within ${turns} turns`);
}

/** Leaves out options that the runbook does not admit, whoever proposed them, and says so. */
async function admitted(state: RunState, proposal: Proposal): Promise<Proposal> {
  const { plan } = proposal;
  const options = [];
  for (const option of plan.options) {
    const reasons = option.actions.flatMap((action) => state.admit(action) ?? []);
    if (reasons.length === 0) options.push(option);
    else {
      state.counters.leftOut += 1;
      await state.say(`left-out-${state.counters.leftOut}`, `"${option.title}" was left out: ${reasons.join('; ')}`);
    }
  }
  const conclusion = plan.conclusion === 'act' && options.length === 0 ? 'unknown' : plan.conclusion;
  return { ...proposal, plan: { ...plan, conclusion, options } };
}

/** A plan from the model where one is configured; from the runbook's rules otherwise, and where the model fails. */
export async function investigate(state: RunState, request: Request): Promise<Proposal> {
  state.admit = request.admit;
  state.revise = undefined;
  const { proposal, talk } = await state.journal.once(state, 'investigate', () => find(state, request));
  if (talk)
    // The conversation goes on in the same object, which is what is carried along with the step.
    state.revise = async (text, by) => await admitted(state, await ask(state, request, talk, { by, text }));
  return proposal;
}

async function find(state: RunState, request: Request): Promise<{ proposal: Proposal; talk: Talk | null }> {
  const byRules = async (): Promise<{ proposal: Proposal; talk: null }> => ({
    proposal: await admitted(state, { plan: request.rules(), proposedBy: { kind: 'rules' } }),
    talk: null,
  });
  if (state.begun.model === null) return await byRules();
  const talk: Talk = { conversation: null, tokens: 0 };
  try {
    const proposal = await ask(state, request, talk, null);
    return { proposal: await admitted(state, proposal), talk };
  } catch (error) {
    if (isCancel(error) || error instanceof RunEnds) throw error;
    const why = failureText(error);
    await state.say(
      'model-failed',
      `The model ${state.begun.model} did not help: ${why}. The runbook's own rules propose instead.`,
    );
    return await byRules();
  }
}
