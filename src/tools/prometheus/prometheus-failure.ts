import { Failure } from '../../domain/failure.ts';
import { oneLine } from '../one-line.ts';
import { retryAfterMs } from '../retry-after.ts';

/** The one place where Prometheus's answers become Belay's failures; its own message is kept, for it says what is wrong with a query. */
export function prometheusFailure(
  refusal: { readonly status: number; readonly body: string; readonly retryAfter: string | undefined },
  server: string,
): Failure {
  const { status } = refusal;
  const said = messageOf(refusal.body);
  if (status === 400 || status === 422)
    return new Failure('stop.invalid-input', `Prometheus rejects the query (${status}): ${said}`);
  if (status === 401 || status === 403)
    return new Failure('stop.forbidden', `${server} does not accept this connection's credential (${status}): ${said}`);
  if (status === 404) return new Failure('stop.not-found', `${server} has no Prometheus API at this address: ${said}`);
  if (status === 429) {
    const after = retryAfterMs(refusal.retryAfter);
    const options = after === undefined ? undefined : { retryAfterMs: after };
    return new Failure('retry.throttled', `${server} asks to slow down (429): ${said}`, options);
  }
  if (status === 408 || status >= 500) return new Failure('retry.unreachable', `${server} failed (${status}): ${said}`);
  return new Failure('stop.unsupported', `${server} cannot answer this (${status}): ${said}`);
}

function messageOf(body: string): string {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer === 'object' && answer !== null && 'error' in answer) return oneLine(String(answer.error), 400);
  } catch {
    // Not Prometheus's own answer; shown as it is.
  }
  return oneLine(body, 400) || 'no explanation';
}
