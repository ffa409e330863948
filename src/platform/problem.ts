import { isNativeError } from 'node:util/types';

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

/** What several failed attempts (both addresses of a name, say) threw: the first stands for them. */
const firstOf = (error: Error): unknown =>
  'errors' in error && Array.isArray(error.errors) ? error.errors[0] : undefined;

/** The message of whatever was thrown, on one line. Connection errors of Node carry theirs in parts or in a code. */
export function reasonOf(error: unknown): string {
  // Not `instanceof`: errors of Node itself come from another realm where code runs in a VM, as tests do.
  if (!isNativeError(error)) return String(error);
  const first = firstOf(error);
  if (first !== undefined) return reasonOf(first);
  const cause = error.message === 'fetch failed' && error.cause !== undefined ? reasonOf(error.cause) : undefined;
  return (cause ?? (error.message || codeOf(error) || error.name)).replaceAll(/\s+/g, ' ').trim();
}

/** The `code` of a Node error (`ENOENT`, `ECONNREFUSED`), looked for in its causes too. */
export function codeOf(error: unknown): string | undefined {
  if (!isNativeError(error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(firstOf(error) ?? error.cause);
}
