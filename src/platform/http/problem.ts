import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { Failure, FailureType } from '../../domain/failure.ts';

/** One field that is wrong, by its path in the body: `input.window`, `alerts[3].labels`. */
export const FieldError = z.object({ field: z.string(), message: z.string() });
export type FieldError = z.infer<typeof FieldError>;

/** RFC 9457 problem details, as every error of Belay is answered. `detail` names the thing and what to do. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  errors: z.array(FieldError).optional(),
});
export type Problem = z.infer<typeof Problem>;

export const PROBLEM_TYPE = 'application/problem+json';
/** A failure's type is kept in the problem's, so that a client gets back the failure that was thrown. */
const FAILURE = 'urn:belay:failure:';

/** A refusal with a status of its own. Thrown by handlers and hooks; answered as problem details. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly statusCode: number;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    statusCode: number,
    detail: string,
    more: { errors?: readonly FieldError[]; headers?: Record<string, string> } & ErrorOptions = {},
  ) {
    super(detail, more);
    this.statusCode = statusCode;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}

const STATUS: Record<FailureType, number> = {
  'retry.unreachable': 503,
  'retry.throttled': 429,
  'retry.not-yet': 409,
  'stop.invalid-input': 422,
  'stop.not-found': 404,
  'stop.forbidden': 403,
  'stop.unsupported': 422,
  'stop.unknown-run': 404,
  'ask.model-unavailable': 503,
  'ask.in-doubt': 409,
};

/** The HTTP status that says the same as a failure's type. */
export const statusOf = (type: FailureType): number => STATUS[type];

export function problemBody(status: number, detail: string, errors?: readonly FieldError[]): Problem {
  const title = STATUS_CODES[status] ?? 'Error';
  return { type: 'about:blank', title, status, detail, ...(errors ? { errors: [...errors] } : {}) };
}

/** A failure as a problem. */
export function toProblem(failure: Failure): Problem {
  return { ...problemBody(statusOf(failure.type), failure.message), type: `${FAILURE}${failure.type}` };
}

/** Seconds for `Retry-After`, where trying again makes sense; an unreachable database is often back within seconds. */
export function retryAfterOf(failure: Failure): number | undefined {
  if (failure.retryAfterMs !== undefined) return Math.max(1, Math.ceil(failure.retryAfterMs / 1000));
  return failure.type === 'retry.unreachable' || failure.type === 'retry.throttled' ? 5 : undefined;
}

/** The failure that a problem stands for; by its status where the type is none of ours (a proxy's answer, say). */
export function fromProblem(status: number, body: unknown, retryAfter: string | null): Failure {
  const problem = Problem.safeParse(body).data;
  const kept = problem?.type.startsWith(FAILURE)
    ? FailureType.safeParse(problem.type.slice(FAILURE.length)).data
    : null;
  const detail = problem?.detail ?? `the server answered ${status} ${STATUS_CODES[status] ?? ''}`.trim();
  const seconds = Number(retryAfter ?? Number.NaN);
  const options = Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {};
  return new Failure(kept ?? typeOf(status), detail, options);
}

function typeOf(status: number): FailureType {
  if (status === 429) return 'retry.throttled';
  if (status >= 500 || status === 408) return 'retry.unreachable';
  if (status === 401 || status === 403) return 'stop.forbidden';
  return status === 404 || status === 410 ? 'stop.not-found' : 'stop.invalid-input';
}
