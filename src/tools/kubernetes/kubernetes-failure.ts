import { Failure } from '../../domain/failure.ts';
import { oneLine } from '../one-line.ts';
import { retryAfterMs } from '../retry-after.ts';
import { type Ask, ruleFor, thingOf } from './ask.ts';

/** What the API server said when it refused. */
export interface Refusal {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/** The one place where the API server's answers become Belay's failures. `server` is its origin, without credentials. */
export function kubernetesFailure(refusal: Refusal, ask: Ask, server: string): Failure {
  const { status } = refusal;
  const said = messageOf(refusal.body);
  const thing = thingOf(ask);
  if (status === 401)
    return new Failure('stop.forbidden', `${server} does not accept this connection's credential (401): ${said}`);
  if (status === 403) {
    const where = ask.namespace === undefined ? 'a ClusterRole' : `a Role in namespace ${ask.namespace}`;
    return new Failure(
      'stop.forbidden',
      `This connection may not ${ask.verb} ${thing} (403). Give it this rule in ${where}: ${ruleFor(ask)}. ` +
        `The server said: ${said}`,
    );
  }
  if (status === 404) return new Failure('stop.not-found', `There is no ${thing} on ${server}: ${said}`);
  if (status === 409 || status === 410)
    return new Failure('retry.not-yet', `${thing} changed while Belay was working on it (${status}): ${said}`);
  if (status === 429) {
    const after = retryAfterMs(refusal.retryAfter);
    return new Failure(
      'retry.throttled',
      `${server} asks to slow down (429) at ${ask.verb} ${thing}`,
      after === undefined ? undefined : { retryAfterMs: after },
    );
  }
  if (status === 400 || status === 422)
    return new Failure('stop.invalid-input', `${server} rejects ${ask.verb} ${thing} (${status}): ${said}`);
  if (status === 408 || status >= 500)
    return new Failure('retry.unreachable', `${server} failed at ${ask.verb} ${thing} (${status}): ${said}`);
  return new Failure('stop.unsupported', `${server} cannot ${ask.verb} ${thing} (${status}): ${said}`);
}

/** A connection that could not be made or did not answer in time. */
export function unreachable(error: unknown, ask: Ask, server: string, timeoutMs: number): Failure {
  const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
  const why = timedOut ? `no answer within ${timeoutMs / 1000} s` : causeOf(error);
  return new Failure('retry.unreachable', `Cannot reach ${server} to ${ask.verb} ${thingOf(ask)}: ${why}`, {
    cause: error,
  });
}

/** True for the one failure that means: read it again, somebody else wrote first. */
export const isConflict = (error: unknown): boolean => error instanceof Failure && error.type === 'retry.not-yet';

function messageOf(body: string): string {
  let said = body;
  try {
    const status: unknown = JSON.parse(body);
    if (typeof status === 'object' && status !== null && 'message' in status && typeof status.message === 'string')
      said = status.message;
  } catch {
    // A proxy's page, not the API server's Status: shown as it is.
  }
  return oneLine(said, 400) || 'no explanation';
}

/** Undici hides the reason of `fetch failed` in `cause`; Node hides several in `errors`. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error), 300);
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  return error.cause instanceof Error ? causeOf(error.cause) : oneLine(error.message || error.name, 300);
}
