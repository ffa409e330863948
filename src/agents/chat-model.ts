import { AIMessage, type BaseMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { Failure } from '../domain/failure.ts';
import { modelFailure, whereOf } from './model-failure.ts';
import type { ModelFunction } from './model-functions.ts';

/** Which model, and where. Any endpoint that speaks OpenAI's API. */
export interface ModelSettings {
  readonly model: string;
  /** Absent for endpoints that want none, such as a local model. */
  readonly apiKey?: string | undefined;
  /** `OPENAI_BASE_URL`; OpenAI's own where absent. */
  readonly baseUrl?: string | undefined;
  /** Left to the model where absent: some refuse any. */
  readonly temperature?: number | undefined;
  /** Longest time of one answer in milliseconds; 3 minutes where absent, as reasoning models take that long. */
  readonly timeoutMs?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 180_000;

/**
 * Asks the model once. Retries are Temporal's, so there are none underneath.
 * @throws Failure by what the caller must do; the signal's own reason when it was aborted.
 */
export async function askModel(
  settings: ModelSettings,
  messages: BaseMessage[],
  functions: readonly ModelFunction[],
  signal: AbortSignal,
): Promise<AIMessage> {
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(settings.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const answer = await chatModel(settings)
    .generate([messages], { tools: [...functions], signal: AbortSignal.any([signal, deadline]) })
    .then(({ generations }) => generations[0]?.[0])
    .catch((error: unknown) => {
      signal.throwIfAborted();
      if (deadline.aborted)
        throw new Failure('retry.unreachable', `${whereOf(settings)} did not answer in time`, { cause: error });
      throw modelFailure(error, settings);
    });
  const message = answer && 'message' in answer ? answer.message : undefined;
  if (!AIMessage.isInstance(message))
    throw new Failure(
      'stop.unsupported',
      `the model endpoint's answer is not a chat completion; check OPENAI_BASE_URL, which usually ends in /v1`,
    );
  return message;
}

function chatModel({ model, apiKey, baseUrl, temperature, timeoutMs }: ModelSettings): ChatOpenAI {
  return new ChatOpenAI({
    model,
    // The client insists on a key; an endpoint that needs none ignores this one.
    apiKey: apiKey || 'none',
    configuration: { ...(baseUrl ? { baseURL: baseUrl } : {}), maxRetries: 0 },
    ...(temperature === undefined ? {} : { temperature }),
    // The deadline is askModel's; the client's own only has to lie beyond it.
    timeout: 2 * (timeoutMs ?? DEFAULT_TIMEOUT_MS),
    maxRetries: 0,
    streaming: false,
  });
}
