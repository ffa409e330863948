import { type Message, type ModelTurnRequest, type ToolCall } from '../domain/conversation.ts';
import { Failure } from '../domain/failure.ts';
import { cleanText } from './clean-text.ts';
import { fence } from './fence.ts';
import { PROPOSE_PLAN } from './plan-tool.ts';

/**
 * What a turn adds before the model speaks: answers to the last calls, evidence not seen yet, and on the first turn
 * the system prompt and the task, or later what a person said of the plan. Endpoints refuse a conversation with an unanswered call, so each gets an answer.
 * @throws Failure `stop.invalid-input` for an answer to a call nobody made, and for a first turn without a task.
 */
export function nextMessages(request: ModelTurnRequest, chain: readonly Message[], systemPrompt: string): Message[] {
  if (chain.length === 0 && request.task === null)
    throw new Failure('stop.invalid-input', `turn ${request.turnId} has neither a task nor a conversation`);
  const messages: Message[] = chain.length === 0 ? [{ role: 'system', text: systemPrompt }] : [];
  messages.push(...answersTo(pendingCalls(chain), request));
  if (request.task !== null) messages.push({ role: 'user', text: `What is asked:\n${fence('task', request.task)}` });
  if (request.feedback) messages.push(feedbackMessage(request.feedback));
  const seen = new Set([...chain, ...messages].flatMap(shownEvidence));
  for (const content of request.evidence) if (!seen.has(content.id)) messages.push({ role: 'evidence', content });
  return messages;
}

/** A person's own words, marked as theirs: a wish about the plan, from somebody who may decide on it. */
function feedbackMessage({ by, text }: NonNullable<ModelTurnRequest['feedback']>): Message {
  const from = JSON.stringify(cleanText(by).slice(0, 100));
  return {
    role: 'user',
    text: `Your plan was sent back by ${from}, who may decide on it:\n${fence('feedback', text)}\nGive a revised plan.`,
  };
}

function answersTo(pending: readonly ToolCall[], { turnId, answers }: ModelTurnRequest): Message[] {
  const byCall = new Map(answers.map((answer) => [answer.callId, answer]));
  const messages = pending.map(({ id, tool }): Message => {
    const answer = byCall.get(id);
    byCall.delete(id);
    // The call's own tool name, not the answer's: what the model is told must be what it asked.
    if (answer) return { role: 'tool', callId: id, tool, content: answer.content, error: answer.error };
    const problem = tool === PROPOSE_PLAN ? 'The plan was received.' : 'Not carried out: the run went on without it.';
    return { role: 'refusal', callId: id, tool, problem };
  });
  const [stray] = byCall.keys();
  if (stray !== undefined)
    throw new Failure(
      'stop.invalid-input',
      `turn ${turnId} has an answer to ${stray}, which the model did not ask for`,
    );
  return messages;
}

/** The calls of the last assistant message that nothing answered yet. */
function pendingCalls(chain: readonly Message[]): ToolCall[] {
  const last = chain.findLastIndex((message) => message.role === 'assistant');
  const assistant = chain[last];
  if (assistant?.role !== 'assistant') return [];
  const answered = new Set(chain.slice(last + 1).map((message) => ('callId' in message ? message.callId : undefined)));
  return assistant.calls.filter((call) => !answered.has(call.id));
}

/** The id of the evidence that a message shows, if it shows any. */
export const shownEvidence = (message: Message): string[] =>
  (message.role === 'tool' || message.role === 'evidence') && message.content ? [message.content.id] : [];
