/**
 * Why a request was turned away at the web door. Thrown; the plugin's error handler answers it as an RFC 9457
 * problem, or as a page when a browser navigates.
 */
export class SignInProblem extends Error {
  readonly statusCode: number;
  readonly code: SignInProblemCode;
  readonly headers: Record<string, string>;

  constructor(statusCode: number, code: SignInProblemCode, detail: string, headers: Record<string, string> = {}) {
    super(detail);
    this.name = 'SignInProblem';
    this.statusCode = statusCode;
    this.code = code;
    this.headers = headers;
  }
}

export type SignInProblemCode = keyof typeof TITLES;

const TITLES = {
  'foreign-host': 'This server does not answer to that name',
  'foreign-origin': 'Request from another site',
  'not-signed-in': 'Not signed in',
  'bad-token': 'The token is not valid',
  'missing-csrf': 'CSRF header missing or wrong',
  'wrong-code': 'That code does not work',
  'too-many-guesses': 'Too many wrong codes',
  'oidc-failed': 'The sign-in did not work',
  'oidc-away': 'The sign-in is away',
  'not-in-directory': 'You are not in Belay’s directory',
} as const;

/** The RFC 9457 body of a problem. */
export function problemBody(problem: SignInProblem) {
  const title = TITLES[problem.code];
  return { type: 'about:blank', title, status: problem.statusCode, detail: problem.message, code: problem.code };
}
