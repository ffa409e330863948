import { CancelledFailure } from '@temporalio/activity';
import { Failure } from '../domain/failure.ts';
import { Json } from '../domain/json.ts';
import { redact } from '../platform/secrets/redact.ts';
import { sanitize } from '../platform/secrets/sanitize.ts';

/** An error travels into history and to people; a system that answers with a page of HTML does not come along. Bytes. */
const MAX_ERROR = 2000;
const MAX_STACK = 4000;
/** What the redaction looks at. Bytes. */
const MAX_LOOKED_AT = 512 * 1024;

/** Foreign text made safe to leave this process: visible, at most `max` bytes, without secrets. */
export const clean = async (text: string, max: number): Promise<string> =>
  // Unseen characters go first, as they can split a secret; cutting comes last, as it can as well.
  sanitize((await redact(sanitize(text, MAX_LOOKED_AT))).text, max);

/** Runs `work`; no secret leaves in its error, nor in the stack or the cause, which Temporal would carry as well. */
export async function redacted<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CancelledFailure) throw error;
    throw await cleanError(error);
  }
}

async function cleanError(error: unknown): Promise<Error> {
  const { name, message, stack } = partsOf(error);
  const text = await clean(message, MAX_ERROR);
  if (error instanceof Failure)
    return new Failure(error.type, text, error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs });
  const cleaned = new Error(text);
  // Its name tells the SDK what was aborted, and people what kind of mistake it was.
  if (name !== undefined) cleaned.name = name;
  if (stack !== undefined) cleaned.stack = await clean(stack, MAX_STACK);
  return cleaned;
}

/** By shape, not by class: an abort's DOMException is not an Error everywhere. */
function partsOf(error: unknown): { name?: string; message: string; stack?: string } {
  if (typeof error !== 'object' || error === null || !('message' in error)) return { message: String(error) };
  const { name, message, stack }: { name?: unknown; message: unknown; stack?: unknown } = error;
  return {
    message: String(message),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof stack === 'string' ? { stack } : {}),
  };
}

/** Typed facts with every string in them redacted, each under its key: `password` says more than its value does. */
export async function cleanFacts(facts: unknown): Promise<Json> {
  return await cleanValue(Json.parse(facts), '');
}

async function cleanValue(value: Json, key: string): Promise<Json> {
  if (typeof value === 'string') return await cleanString(value, key);
  if (Array.isArray(value)) return await Promise.all(value.map((item) => cleanValue(item, key)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([name, item]) => [name, await cleanValue(item, name)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function cleanString(value: string, key: string): Promise<string> {
  const alone = await redact(value);
  if (alone.found > 0 || key === '') return alone.text;
  // What only the key gives away is secret as a whole.
  return (await redact(`${key}=${value.replaceAll(/\s+/g, '')}`)).found > 0 ? '[redacted]' : value;
}
