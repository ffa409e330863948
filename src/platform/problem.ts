/** How a `belay` command ends: 0 done, 1 failed, 2 usage or configuration, 3 cannot reach. */
export type ExitCode = 0 | 1 | 2 | 3;

/**
 * A failure that a person at a terminal can do something about: its message is printed as it is, without a stack, and
 * the process ends with `exitCode`. Anything else that reaches the CLI is a bug and is reported as one.
 */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = 1, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The message of whatever was thrown, on one line. Connection errors of Node carry theirs in parts or in a code. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const cause = error.message === 'fetch failed' && error.cause !== undefined ? reasonOf(error.cause) : undefined;
  return (cause ?? (error.message || codeOf(error) || error.name)).replaceAll(/\s+/g, ' ').trim();
}

/** The `code` of a Node error (`ENOENT`, `ECONNREFUSED`), looked for in its causes too. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}
