import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { CliError } from '../../platform/problem.ts';

/** A part of the demo in a process of its own. */
export interface DemoChild {
  readonly process: ChildProcess;
  /** The first line of its standard output that is JSON. Rejects, with what it said, when it ends before. */
  readonly firstJson: Promise<unknown>;
  stop(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** Starts a program of Node. It gets an IPC channel: when this process dies, it notices and stops too. */
export function startChild(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): DemoChild {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  // With a fourth channel the types no longer say that these two are pipes.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both are 'pipe' above
  const [out, err] = [child.stdout, child.stderr] as [Readable, Readable];
  const said: string[] = [];
  const errors = createInterface({ input: err });
  errors.on('line', (line) => {
    said.push(line);
    onProgress(line);
  });
  const gone = once(child, 'exit');
  const firstJson = new Promise<unknown>((resolve, reject) => {
    createInterface({ input: out }).on('line', (line) => {
      const value = parsed(line);
      if (typeof value === 'object' && value !== null) resolve(value);
    });
    void gone.then(() =>
      reject(new CliError(`${name} ended before it was up: ${said.slice(-3).join(' / ') || 'it said nothing'}`)),
    );
  });
  firstJson.catch(() => undefined);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await gone;
    }
  };
  return { process: child, firstJson, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}
