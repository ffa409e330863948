import { Failure } from '../domain/failure.ts';
import { fromProblem } from '../platform/http/problem.ts';
import { calls } from './calls.ts';
import { type AuthorityClient, type Call, protocol, type RequestOf, type ResponseOf } from './protocol.ts';

export interface HttpAuthorityOptions {
  /** Where the server answers, for example `https://belay.internal:7420`. */
  readonly url: string;
  /** The token of this worker's queue. */
  readonly token: string;
  /** Asked at each call; aborts it, with the signal's own reason. An activity gives its cancellation here. */
  readonly signal?: AbortSignal | (() => AbortSignal | undefined);
  /** Milliseconds one call may take. Default 10 s: a grant is one short transaction, and a lease is running; two minutes for lists. */
  readonly timeoutMs?: number;
}

/**
 * The authority over HTTP. Does not retry: that is Temporal's, where it is visible. What the authority threw arrives as
 * the same `Failure`; no answer is `retry.unreachable`, an answer that does not parse `stop.unsupported`.
 */
export function httpAuthority(options: HttpAuthorityOptions): AuthorityClient {
  const call = async <C extends Call>(name: C, request: RequestOf<C>): Promise<ResponseOf<C>> => {
    const body: unknown = await post(options, name, request);
    const parsed = protocol[name].response.safeParse(body);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just parsed by this call's own schema
    if (parsed.success) return parsed.data as ResponseOf<C>;
    const what = parsed.error.issues[0]?.path.join('.') || 'the answer';
    throw new Failure('stop.unsupported', `authority: ${name} gave ${what} in a form that this worker does not know`);
  };
  const entries = calls.map((name) => [name, (request: never) => call(name, request)]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one entry for each call of the table
  return Object.fromEntries(entries) as AuthorityClient;
}

/** Calls about all items of a list: one transaction over thousands of rows. */
const AT_LENGTH: ReadonlySet<Call> = new Set([
  'closeList',
  'reduceList',
  'askOwners',
  'openBatchGate',
  'reportBatch',
  'previews',
  'putItems',
]);

async function post(options: HttpAuthorityOptions, call: Call, request: unknown): Promise<unknown> {
  const cancel = typeof options.signal === 'function' ? options.signal() : options.signal;
  const timeoutMs = options.timeoutMs ?? (AT_LENGTH.has(call) ? 120_000 : 10_000);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${options.url.replace(/\/$/, '')}/authority/${call}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(request),
      signal: cancel ? AbortSignal.any([cancel, timeout]) : timeout,
      // A redirect would carry the token to wherever it points.
      redirect: 'error',
    });
    const body = jsonIn(await response.text());
    if (response.ok) return body;
    throw fromProblem(response.status, body, response.headers.get('retry-after'));
  } catch (error) {
    if (error instanceof Failure) throw error;
    cancel?.throwIfAborted();
    const why = timeout.aborted ? `no answer in ${timeoutMs} ms` : 'it cannot be reached';
    throw new Failure('retry.unreachable', `authority at ${options.url}: ${why} (${call})`, { cause: error });
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
