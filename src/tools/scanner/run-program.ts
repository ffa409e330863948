import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Failure } from '../../domain/failure.ts';
import { codeOf } from '../code-of.ts';
import { oneLine } from '../one-line.ts';

/** What is kept of what it prints. Characters. */
const LAST_WORDS = 4000;
const GRACE_MS = 5000;

/** A program to its end: its arguments as they are, no shell, no input, and only the environment that is given. */
export interface ProgramRun {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Exit codes that count as success. */
  readonly success: readonly number[];
  readonly signal: AbortSignal;
  /** How long it may take to stop when it is told to; 5 s unless given. Milliseconds. */
  readonly graceMs?: number;
}

/** Its whole group: a scanner may have started others, which would write on. */
function end(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It is gone already.
  }
}

function notStarted(program: string, error: unknown): Failure {
  const code = codeOf(error);
  if (code === 'ENOENT')
    return new Failure('stop.not-found', `the scanner ${program} is not on this machine; install it, or fix its path`);
  if (code === 'EACCES') return new Failure('stop.forbidden', `the scanner ${program} may not be run by this user`);
  return new Failure('stop.unsupported', `the scanner ${program} cannot be started: ${oneLine(String(error), 200)}`);
}

/**
 * Runs a scanner. Whatever happens, it and what it started are gone afterwards.
 * @throws Failure that says which program, how it ended, and its last words; the abort's reason when that ended it.
 */
export async function runProgram(run: ProgramRun): Promise<void> {
  const [program = '', ...args] = run.argv;
  const child = spawn(program, args, {
    cwd: run.cwd,
    env: { ...run.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that all of it can be ended.
    detached: true,
    windowsHide: true,
  });
  let said = '';
  const keep = (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-LAST_WORDS);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const timeout = AbortSignal.timeout(run.timeoutMs);
  const stop = AbortSignal.any([run.signal, timeout]);
  let killing: NodeJS.Timeout | undefined;
  const stopIt = () => {
    end(child, 'SIGTERM');
    killing = setTimeout(() => end(child, 'SIGKILL'), run.graceMs ?? GRACE_MS);
  };
  try {
    const ended = once(child, 'close').catch((error: unknown) => {
      throw notStarted(program, error);
    });
    if (stop.aborted) stopIt();
    else stop.addEventListener('abort', stopIt, { once: true });
    const [code, signal]: unknown[] = await ended;
    const words = said.trim() === '' ? 'it said nothing' : `its last words: ${oneLine(said.slice(-1500), 600)}`;
    if (run.signal.aborted) throw run.signal.reason;
    if (timeout.aborted)
      throw new Failure(
        'stop.unsupported',
        `the scanner ${program} did not end within ${run.timeoutMs / 1000} s and was stopped; ${words}`,
      );
    if (typeof code !== 'number')
      throw new Failure('stop.unsupported', `the scanner ${program} was ended by ${String(signal)}; ${words}`);
    if (!run.success.includes(code))
      throw new Failure('stop.unsupported', `the scanner ${program} failed with exit code ${code}; ${words}`);
  } finally {
    stop.removeEventListener('abort', stopIt);
    clearTimeout(killing);
    end(child, 'SIGKILL');
  }
}
