import { ContextOverflowError } from '@langchain/core/errors';
import { Failure } from '../domain/failure.ts';
import type { ModelSettings } from './chat-model.ts';
import { retryAfterMs } from './retry-after.ts';

/** The parts of the OpenAI client's errors that tell what happened. */
interface ClientError {
  readonly status?: number;
  readonly code?: string | null;
  readonly message?: string;
  readonly error?: { readonly message?: unknown } | null;
  readonly headers?: Headers;
}

/** Servers that speak OpenAI's API word this differently and have no common code for it. */
const TOO_LONG =
  /context.{0,20}(length|window|size)|maximum.{0,20}tokens|too many (input )?tokens|prompt is too long|token count.{0,30}exceeds/i;

/** A failed model call, by what the caller must do. Names the variable to change, never the key. */
export function modelFailure(cause: unknown, settings: ModelSettings, now = Date.now()): Failure {
  const error: ClientError = typeof cause === 'object' && cause !== null ? cause : {};
  const { status } = error;
  const where = whereOf(settings);
  const said = saidBy(error, settings);
  const retryAfter = retryAfterMs(error.headers, now);
  const retry = { cause, ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }) };
  const tooLong = ContextOverflowError.isInstance(cause) || error.code === 'context_length_exceeded';
  if (tooLong || status === 413 || (status === 400 && TOO_LONG.test(said)))
    return new Failure(
      'ask.model-unavailable',
      `the conversation no longer fits ${where}: set BELAY_MODEL to one with a larger context window, or decide from the evidence so far`,
      { cause },
    );
  if (status === undefined) return withoutStatus(cause, where);
  if (status === 401 || status === 403)
    return new Failure('stop.forbidden', `${where} refused the key (${status}): ${keyAdvice(settings)}`, { cause });
  if (status === 402 || error.code === 'insufficient_quota')
    return new Failure('ask.model-unavailable', `${where}: the account's quota is used up (${status}): ${said}`, {
      cause,
    });
  if (status === 429) return new Failure('retry.throttled', `${where} is throttling (429): ${said}`, retry);
  if (status === 404)
    return new Failure(
      'stop.not-found',
      `${where} does not exist (404); check BELAY_MODEL and OPENAI_BASE_URL: ${said}`,
      {
        cause,
      },
    );
  if (status >= 500 || status === 408 || status === 409)
    return new Failure('retry.unreachable', `${where} failed (${status}): ${said}`, retry);
  return new Failure('stop.invalid-input', `${where} refused the request (${status}): ${said}`, { cause });
}

function withoutStatus(cause: unknown, where: string): Failure {
  // Network errors of fetch are TypeErrors too, but have a cause; one without comes from an answer of another shape.
  if (cause instanceof TypeError && cause.cause === undefined)
    return new Failure(
      'stop.unsupported',
      `${where} gave an answer that is not a chat completion; check OPENAI_BASE_URL, which usually ends in /v1`,
      { cause },
    );
  if (cause instanceof SyntaxError)
    return new Failure('retry.unreachable', `${where} gave an answer that breaks off`, { cause });
  return new Failure('retry.unreachable', `${where} cannot be reached; check OPENAI_BASE_URL and the network`, {
    cause,
  });
}

const keyAdvice = ({ apiKey }: ModelSettings): string =>
  apiKey ? 'check OPENAI_API_KEY and what it may use' : 'set OPENAI_API_KEY';

/** The model and its host, as messages name them; an address may hold a password, so never all of it. */
export function whereOf({ model, baseUrl }: ModelSettings): string {
  return `model ${model} at ${baseUrl && URL.canParse(baseUrl) ? new URL(baseUrl).host : 'api.openai.com'}`;
}

/** What the provider said, in one short line; a provider that echoes the key does not get it into our records. */
function saidBy(error: ClientError, { apiKey }: ModelSettings): string {
  const message = typeof error.error?.message === 'string' ? error.error.message : (error.message ?? '');
  const line = message
    .replace(/Troubleshooting URL:.*/s, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
  return (apiKey ? line.replaceAll(apiKey, '[key]') : line) || 'no reason given';
}
