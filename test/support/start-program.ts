import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.ts';

/**
 * What `sh` runs around each program: when our end of its standard input closes, which the kernel does however this
 * process dies, the program is asked to stop, after ten seconds killed, and its folder is removed. Ctrl-C in a terminal
 * reaches the shell as well, which leaves the stopping to that end of file. The shell itself prints nothing: with this
 * process gone, writing would kill it before it cleaned up.
 */
const SUPERVISOR = `
trap '' INT HUP
signal=$1; folder=$2; shift 2
exec 3<&0 4>&2 2>/dev/null
"$@" </dev/null 2>&4 3<&- 4>&- & program=$!
exec 4>&-
{ while read -r _ <&3; do :; done
  kill -s "$signal" $program
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 $program || exit; sleep 1; done
  kill -s KILL $program; } >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait $program; status=$?
kill $watcher 2>/dev/null
[ -z "$folder" ] || rm -rf "$folder"
exit $status`;

/** What to run and how to know that it is up. */
export interface Program {
  /** How messages call it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Run as this user (only root can). */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** The signal that asks for an orderly stop; `TERM` unless given. */
  readonly stopSignal?: 'TERM' | 'INT' | 'QUIT';
  /** Removed after the program ended, also when this process was killed. */
  readonly folder?: string;
  /** Polled until it answers true; a throw means "not yet". */
  readonly ready: () => Promise<boolean>;
  /** Milliseconds to get ready; 30,000 unless given. */
  readonly within?: number;
}

/** A program that is up. */
export interface RunningProgram {
  /** Asks it to stop, waits until it has, and removes its folder. May be called twice. */
  readonly stop: () => Promise<void>;
  /** The last 64 KiB of what it printed on both streams. */
  readonly output: () => string;
}

/**
 * Starts a program that dies with this process, and waits until it is ready.
 * Throws an Error with the program's last output when it ends early or is not ready in time; it is stopped by then.
 */
export async function startProgram(program: Program): Promise<RunningProgram> {
  const { name, command, args, folder = '', stopSignal = 'TERM', within = 30_000 } = program;
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, name, stopSignal, folder, command, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...program.env },
    ...(program.cwd === undefined ? {} : { cwd: program.cwd }),
    ...(program.user === undefined ? {} : program.user),
  });
  // Not `exit`, which comes before the last of what it printed.
  const ended = once(child, 'close');
  child.stdin.on('error', () => undefined);
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-65_536);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);

  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  try {
    await until(`${name} is ready`, program.ready, {
      within,
      giveUp: () => (child.exitCode === null ? undefined : `it ended with status ${child.exitCode}`),
    });
  } catch (error) {
    await stop();
    throw new Error(`${name} did not start: ${String(error)}\n${output.slice(-4_000)}`, { cause: error });
  }
  return { stop, output: () => output };
}
