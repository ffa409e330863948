import { isNativeError } from 'node:util/types';
import { CommanderError } from 'commander';
import pc from 'picocolors';
import { Failure } from '../domain/failure.ts';
import { CliError, type ExitCode, reasonOf } from '../platform/problem.ts';

/** What a person can do something about; undefined for a bug. */
function exitCodeOf(error: unknown): ExitCode | undefined {
  if (error instanceof CliError) return error.exitCode;
  if (!(error instanceof Failure)) return undefined;
  if (error.type === 'stop.invalid-input') return 2;
  return error.type === 'retry.unreachable' ? 3 : 1;
}

const messageOf = (error: unknown): string => (isNativeError(error) ? error.message : String(error));

/**
 * Ends the process as the error says: a `CliError` or `Failure` is printed as it is, commander has printed its own, and
 * anything else is one line. A stack is shown with BELAY_DEBUG=1 only.
 */
export function endProcess(error: unknown): void {
  if (error instanceof CommanderError) {
    // Help and version are asked for, everything else of commander's is wrong usage.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  const exitCode = exitCodeOf(error);
  const known = exitCode !== undefined;
  // A prompt that was left with Ctrl-C is an answer, not a failure of Belay.
  const left = isNativeError(error) && error.name === 'ExitPromptError';
  const text = known
    ? messageOf(error)
    : left
      ? 'Left without an answer; nothing was changed.'
      : `Unexpected: ${reasonOf(error)}`;
  const more = known || left ? '' : pc.dim(' (details in the log; BELAY_DEBUG=1 shows the stack)');
  process.stderr.write(`${pc.red('belay:')} ${text}${more}\n`);
  if (process.env['BELAY_DEBUG'] === '1' && isNativeError(error) && error.stack !== undefined)
    process.stderr.write(`${pc.dim(error.stack)}\n`);
  process.exitCode = exitCode ?? 1;
}
