import { isNativeError } from 'node:util/types';
import { CommanderError } from 'commander';
import pc from 'picocolors';
import { CliError, reasonOf } from '../platform/problem.ts';

/**
 * Ends the process as the error says: a `CliError` is printed as it is, commander has printed its own, and anything else
 * is one line. A stack is shown with BELAY_DEBUG=1 only.
 */
export function endProcess(error: unknown): void {
  if (error instanceof CommanderError) {
    // Help and version are asked for, everything else of commander's is wrong usage.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  const known = error instanceof CliError;
  // A prompt that was left with Ctrl-C is an answer, not a failure of Belay.
  const left = isNativeError(error) && error.name === 'ExitPromptError';
  const text = known
    ? error.message
    : left
      ? 'Left without an answer; nothing was changed.'
      : `Unexpected: ${reasonOf(error)}`;
  const more = known || left ? '' : pc.dim(' (details in the log; BELAY_DEBUG=1 shows the stack)');
  process.stderr.write(`${pc.red('belay:')} ${text}${more}\n`);
  if (process.env['BELAY_DEBUG'] === '1' && isNativeError(error) && error.stack !== undefined)
    process.stderr.write(`${pc.dim(error.stack)}\n`);
  process.exitCode = known ? error.exitCode : 1;
}
