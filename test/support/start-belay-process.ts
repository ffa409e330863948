import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** One process of Belay. It ends with this one: its channel closes. */
export interface BelayProcess {
  readonly child: ChildProcess;
  /** Everything it printed so far, on both streams. */
  readonly output: () => string;
  /** Its exit code; -1 when a signal ended it. */
  readonly ended: Promise<number>;
  /** Asks it to end, and gives its exit code. */
  readonly stop: () => Promise<number>;
  /** `kill -9`, and waits until it is gone. */
  readonly kill: () => Promise<void>;
}

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

/** What a process of production finds in its environment: nothing of ours but what is given. */
function bare(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) =>
    ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_COMPILE_CACHE'].includes(name),
  );
  return { ...Object.fromEntries(kept), ...env };
}

/** Starts `belay <args>` with this environment and no other. */
export function startBelayProcess(args: readonly string[], env: Readonly<Record<string, string>>): BelayProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: bare(env),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-65_536);
    });
  const exit = async (): Promise<number> => {
    const [code] = await once(child, 'close');
    return typeof code === 'number' ? code : -1;
  };
  const ended = exit();
  return {
    child,
    output: () => output,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      return await ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
