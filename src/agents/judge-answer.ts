import type { Message, ModelTurnResult, ToolCall } from '../domain/conversation.ts';
import type { Manifest } from '../domain/manifest.ts';
import { argsProblem } from './args-check.ts';
import type { AskedCall, ModelAnswer } from './from-langchain.ts';
import { checkPlan } from './plan-check.ts';
import { PROPOSE_PLAN } from './plan-tool.ts';
import type { ToolBelt } from './tool-belt.ts';

/** More than this in one turn is a model that lost its way. */
const MAX_CALLS = 8;
/** Longest problem in a result, which is history; the message to the model may say more. */
const MAX_PROBLEM_CHARACTERS = 1000;

export interface JudgedAnswer {
  readonly next: ModelTurnResult['next'];
  /** What the conversation gains: the model's answer, and ours to it when it was invalid. */
  readonly messages: Message[];
}

export interface AnswerContext {
  readonly belt: ToolBelt;
  readonly manifest: Manifest;
  /** Ids of the evidence this run has read. */
  readonly evidence: readonly string[];
}

/** Decides what a model's answer is: calls that may be made, a plan, or something to hand back. One bad call spoils all. */
export function judgeAnswer(answer: ModelAnswer, context: AnswerContext): JudgedAnswer {
  // Of too many calls the first ones stand for all: each that is kept needs an answer in the conversation.
  const calls = answer.calls.slice(0, MAX_CALLS);
  const plans = calls.filter(({ tool }) => tool === PROPOSE_PLAN);
  const said: Message = { role: 'assistant', text: answer.text, calls: calls.map(toToolCall) };
  if (calls.length === 0) return withoutCalls(answer);
  if (answer.calls.length > MAX_CALLS)
    return refuse(said, calls, () => `${answer.calls.length} calls in one turn; at most ${MAX_CALLS} are allowed`);
  if (plans.length > 1)
    return refuse(said, calls, () => `${PROPOSE_PLAN} was called ${plans.length} times; put all options into one plan`);
  if (plans.length === 1 && calls.length > 1)
    return refuse(
      said,
      calls,
      () => `${PROPOSE_PLAN} ends the investigation; call it alone, after your readings came back`,
    );
  const [plan] = plans;
  if (plan) {
    const checked = plan.problem === null ? checkPlan(plan.args, planContext(context)) : unreadable(plan, answer);
    if ('plan' in checked) return { next: { kind: 'plan', plan: checked.plan }, messages: [said] };
    return refuse(said, calls, () => checked.problem);
  }
  const problems = new Map(calls.map((call) => [call.id, callProblem(call, answer, context)]));
  if ([...problems.values()].some((problem) => problem !== undefined))
    return refuse(said, calls, (call) => problems.get(call.id));
  return { next: { kind: 'calls', calls: calls.map(toToolCall) }, messages: [said] };
}

function withoutCalls(answer: ModelAnswer): JudgedAnswer {
  const why =
    answer.stopReason === 'content_filter'
      ? 'Your answer was withheld by a content filter.'
      : answer.text === ''
        ? 'Your answer was empty.'
        : 'Your answer was plain text, which is not an answer here.';
  const problem = `${why} Call a tool to read more, or ${PROPOSE_PLAN} to answer.`;
  return {
    next: { kind: 'invalid', problem },
    messages: [
      // Some endpoints refuse an assistant message with nothing in it.
      { role: 'assistant', text: answer.text || '(no answer)', calls: [] },
      { role: 'user', text: problem },
    ],
  };
}

/** Hands all calls back. A call without a problem of its own is told that the others kept it from being carried out. */
function refuse(
  said: Message,
  calls: readonly AskedCall[],
  problemOf: (call: AskedCall) => string | undefined,
): JudgedAnswer {
  const refusals = calls.map((call): Message => {
    const problem = problemOf(call) ?? 'not carried out, because another call of this turn was invalid; ask again';
    return { role: 'refusal', callId: call.id, tool: call.tool, problem };
  });
  const problems = new Set(calls.map(problemOf).filter((problem) => problem !== undefined));
  const problem = [...problems].join('\n').slice(0, MAX_PROBLEM_CHARACTERS).toWellFormed();
  return { next: { kind: 'invalid', problem }, messages: [said, ...refusals] };
}

function callProblem(call: AskedCall, answer: ModelAnswer, { belt }: AnswerContext): string | undefined {
  if (belt.writes.some(({ name }) => name === call.tool))
    return `${call.tool} changes things and cannot be called; nothing was done. Name it in an option of ${PROPOSE_PLAN}; people decide.`;
  const tool = belt.reads.find(({ name }) => name === call.tool);
  if (!tool)
    return `there is no tool ${JSON.stringify(call.tool)}; there are ${belt.reads.map((t) => t.name).join(', ')}`;
  if (call.problem !== null) return unreadable(call, answer).problem;
  const wrong = argsProblem(tool, call.args);
  return wrong && `arguments of ${call.tool}: ${wrong}`;
}

function unreadable(call: AskedCall, answer: ModelAnswer): { problem: string } {
  const cut = answer.stopReason === 'length' ? ' The answer was cut off at the output limit: be shorter.' : '';
  return { problem: `${call.tool} cannot be read: ${call.problem}.${cut}` };
}

const planContext = ({ belt, manifest, evidence }: AnswerContext) => ({
  evidence,
  manifest,
  writeTools: belt.writes.map(({ name }) => name),
});

const toToolCall = ({ id, tool, args }: AskedCall): ToolCall => ({ id, tool, args });
