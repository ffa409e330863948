import type { AIMessage, UsageMetadata } from '@langchain/core/messages';
import type { ToolCall, Usage } from '../domain/conversation.ts';
import { JsonObject } from '../domain/json.ts';
import { cleanJson } from './clean-json.ts';
import { cleanText } from './clean-text.ts';
import { fromWireName } from './tool-name.ts';

/** A call as the model wrote it. `problem` is set when its arguments cannot be read; they are then `{}`. */
export interface AskedCall extends ToolCall {
  readonly problem: string | null;
}

/** One answer of a model, bounded and cleaned, with nothing of LangChain left in it. */
export interface ModelAnswer {
  readonly text: string;
  readonly calls: readonly AskedCall[];
  /** Why it stopped, where the provider said so: `stop`, `tool_calls`, `length`, `content_filter`. */
  readonly stopReason: string | null;
  readonly usage: Usage;
}

/** A link of the chain must stay small whatever a model says; prose beyond this adds nothing to an investigation. */
const MAX_TEXT_CHARACTERS = 8_000;
/** Room for six options with their manual steps. */
const MAX_ARGS_CHARACTERS = 48_000;
const MAX_ID_CHARACTERS = 100;

/** Reads LangChain's message. `promptCharacters` is for the estimate where the provider reports no usage. */
export function fromLangChain(message: AIMessage, promptCharacters: number): ModelAnswer {
  const text = cleanText(message.text).trim().slice(0, MAX_TEXT_CHARACTERS).toWellFormed();
  const asked = [
    ...(message.tool_calls ?? []).map(({ id, name, args }) => ({ id, name, ...readArgs(args) })),
    ...(message.invalid_tool_calls ?? []).map(({ id, name, args }) => ({ id, name, ...readBrokenArgs(args) })),
  ];
  const taken = new Set<string>();
  const calls = asked.map(({ id, name, args, problem }, index): AskedCall => {
    const callId = cleanText(id ?? '').slice(0, MAX_ID_CHARACTERS);
    // Some endpoints give no ids or the same one twice; answers are matched by them, so they get their place instead.
    const unique = callId === '' || taken.has(callId) ? `call_${index}` : callId;
    taken.add(unique);
    return {
      id: unique,
      tool: fromWireName(cleanText(name ?? ''))
        .slice(0, 100)
        .toWellFormed(),
      args,
      problem,
    };
  });
  const reason: unknown = message.response_metadata['finish_reason'];
  return {
    text,
    calls,
    stopReason: typeof reason === 'string' ? reason : null,
    usage: usageOf(message.usage_metadata, promptCharacters, text.length + JSON.stringify(calls).length),
  };
}

type ReadArgs = Pick<AskedCall, 'args' | 'problem'>;

function readArgs(args: unknown): ReadArgs {
  const cleaned = JsonObject.safeParse(cleanJson(args));
  if (!cleaned.success) return { args: {}, problem: 'its arguments are not a JSON object, or are nested too deeply' };
  if (JSON.stringify(cleaned.data).length > MAX_ARGS_CHARACTERS)
    return { args: {}, problem: `its arguments are longer than ${MAX_ARGS_CHARACTERS} characters` };
  return { args: cleaned.data, problem: null };
}

function readBrokenArgs(args: string | undefined): ReadArgs {
  // A call without arguments is written as nothing at all by some models.
  if ((args ?? '').trim() === '') return { args: {}, problem: null };
  return { args: {}, problem: 'its arguments are not valid JSON; they may have been cut off' };
}

function usageOf(reported: UsageMetadata | undefined, promptCharacters: number, answerCharacters: number): Usage {
  return {
    inputTokens: count(reported?.input_tokens) ?? estimate(promptCharacters),
    outputTokens: count(reported?.output_tokens) ?? estimate(answerCharacters),
  };
}

const count = (tokens: number | undefined): number | undefined =>
  typeof tokens === 'number' && Number.isFinite(tokens) && tokens >= 0 ? Math.round(tokens) : undefined;

/** English and JSON have about four characters a token. An estimate keeps a budget working where usage is not reported. */
const estimate = (characters: number): number => Math.ceil(characters / 4);
