import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { recordProcess, stopProcess } from './process-record.ts';

export interface ChildSpec {
  /** How people know it: `Temporal`, `PostgreSQL`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** Where to write down which process it is. */
  readonly recordFile: string;
  readonly logFile: string;
  readonly stopSignal: NodeJS.Signals;
  /** How long it may take to end before it is ended. */
  readonly graceMs: number;
}

/** A server that Belay runs for itself. */
export interface Child {
  readonly pid: number;
  /** Resolves with how it ended (`exit code 1`, `SIGKILL`) and its last words; never rejects. */
  readonly ended: Promise<string>;
  /** Calls back, with how it ended, when it ends though nobody called `stop`. */
  onUnexpectedEnd(callback: (how: string) => void): void;
  /** Ends it and resolves once it is gone. Calling it again is fine. */
  stop(): Promise<void>;
}

const LOG_KEEP_BYTES = 10 * 1024 * 1024;

/**
 * Starts a server in its own process group, so that Ctrl-C in the terminal reaches Belay alone and Belay stops its parts
 * in order. Should Belay be killed, a watcher (a shell that waits for the pipe to Belay to close) stops the server; what
 * even that misses is found by its record at the next start. @throws when it cannot be started at all.
 */
export async function startChild(spec: ChildSpec): Promise<Child> {
  const log = openLog(spec.logFile);
  const child = spawn(spec.command, spec.args, {
    detached: process.platform !== 'win32',
    stdio: ['ignore', log, log],
    windowsHide: true,
    env: spec.env ?? process.env,
    ...(spec.uid !== undefined && { uid: spec.uid }),
    ...(spec.gid !== undefined && { gid: spec.gid }),
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) {
    const [error] = await once(child, 'error');
    throw error;
  }
  recordProcess(spec.recordFile, pid);
  const watcher = watch(spec, pid);
  const ended = endOf(child).then((how) => {
    watcher?.kill('SIGKILL');
    rmSync(spec.recordFile, { force: true });
    return `${how}${lastWords(spec.logFile)}`;
  });
  let stopping = false;
  return {
    pid,
    ended,
    onUnexpectedEnd: (callback) => {
      void (async () => {
        const how = await ended;
        if (!stopping) callback(how);
      })();
    },
    stop: async () => {
      stopping = true;
      if (child.exitCode === null && child.signalCode === null) await stopProcess(pid, spec.stopSignal, spec.graceMs);
      await ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode ?? `exit code ${child.exitCode}`;
}

/** `read` returns when Belay's end of the pipe closes, however Belay ended. */
const WATCH = `
read -r _
kill -s "$1" "$2" || exit 0
i=0
while [ "$i" -lt "$3" ] && kill -0 "$2"; do sleep 1; i=$((i + 1)); done
kill -s KILL -- "-$2"
`;

function watch(spec: ChildSpec, pid: number): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const args = [spec.stopSignal.replace('SIG', ''), String(pid), String(Math.ceil(spec.graceMs / 1000))];
  const watcher = spawn('/bin/sh', ['-c', WATCH, `belay-watches-${spec.name}`, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell there is no watcher; the record still finds what is left behind.
  watcher.on('error', () => undefined);
  watcher.stdin?.on('error', () => undefined);
  watcher.unref();
  return watcher;
}

/** Appends to the log; one that has grown is put aside first. */
function openLog(file: string): number {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_KEEP_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

function lastWords(file: string): string {
  try {
    const descriptor = openSync(file, 'r');
    const buffer = Buffer.alloc(2000);
    const size = statSync(file).size;
    const bytes = readSync(descriptor, buffer, 0, buffer.length, Math.max(0, size - buffer.length));
    closeSync(descriptor);
    const line = buffer.toString('utf8', 0, bytes).trim().split('\n').at(-1)?.trim().slice(0, 300);
    return line ? `; last line of ${basename(file)}: ${line}` : '';
  } catch {
    return '';
  }
}
