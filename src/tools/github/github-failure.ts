import { RequestError } from '@octokit/request-error';
import { Failure } from '../../domain/failure.ts';
import { oneLine } from '../one-line.ts';
import { retryAfterMs } from '../retry-after.ts';

/** The one place where GitHub's answers become Belay's failures. `what` names the thing asked for. */
export function githubFailure(error: unknown, what: string): Failure {
  if (!(error instanceof RequestError)) {
    const why = oneLine(error instanceof Error ? error.message : String(error), 300);
    return new Failure('retry.unreachable', `Cannot reach GitHub for ${what}: ${why}`, { cause: error });
  }
  const { status } = error;
  const said = oneLine(error.message, 300);
  const header = error.response?.headers['retry-after'];
  const limited = error.response?.headers['x-ratelimit-remaining'] === '0';
  // GitHub says "slow down" with 429 and with 403.
  if (status === 429 || (status === 403 && (limited || header !== undefined))) {
    const after =
      retryAfterMs(header === undefined ? undefined : String(header)) ??
      untilReset(error.response?.headers['x-ratelimit-reset']);
    const options = after === undefined ? undefined : { retryAfterMs: after };
    return new Failure('retry.throttled', `GitHub asks to slow down (${status}) at ${what}`, options);
  }
  if (status === 401 || status === 403)
    return new Failure('stop.forbidden', `GitHub does not let this connection read ${what} (${status}): ${said}`);
  // GitHub hides what a token may not see behind 404.
  if (status === 404)
    return new Failure('stop.not-found', `GitHub has no ${what}, or this connection's token may not see it: ${said}`);
  if (status === 409 || status === 400 || status === 422)
    return new Failure('stop.invalid-input', `GitHub rejects ${what} (${status}): ${said}`);
  // Octokit gives status 500 to what never reached the server.
  if (status === 408 || status >= 500)
    return new Failure('retry.unreachable', `GitHub failed at ${what} (${status}): ${said}`);
  return new Failure('stop.unsupported', `GitHub cannot answer ${what} (${status}): ${said}`);
}

function untilReset(header: string | number | undefined): number | undefined {
  const ms = Number(header) * 1000 - Date.now();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, 3_600_000) : undefined;
}
