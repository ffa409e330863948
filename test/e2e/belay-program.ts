import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { requirePart } from '../support/parts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const BELAY = join(import.meta.dirname, '../../bin/belay.mjs');

/** `belay …` as people start it: by its launcher, in a process group of its own, as a terminal does. */
export interface BelayProgram {
  /** Its own temporary folder: whatever it leaves there is what it left behind. */
  readonly folder: string;
  readonly out: () => string;
  readonly err: () => string;
  /** Each line of standard output that is a JSON object. */
  readonly lines: () => Record<string, unknown>[];
  /** Resolves with its exit code once it and its streams are gone; undefined when a signal ended it. */
  readonly ended: Promise<number | undefined>;
  /** To the whole group, as Ctrl-C in a terminal does. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** What it started and still runs: id and command line. */
  readonly processes: () => { readonly pid: number; readonly command: string }[];
  /** Its temporary files and its processes; empty when it left nothing. */
  readonly left: () => string[];
  /** Ends it and all that it started, however that is, and removes its folder. */
  readonly end: () => Promise<void>;
}

const JsonObject = z.record(z.string(), z.unknown());

function objectIn(line: string): Record<string, unknown>[] {
  try {
    return [JsonObject.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}

/** Only what a shell would have, and what is given: nothing of the machine's own configuration. */
function environment(folder: string, more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => ['PATH', 'HOME', 'LANG'].includes(name));
  const parts = dirname(dirname(requirePart('temporal')));
  return { ...Object.fromEntries(kept), NO_COLOR: '1', BELAY_PARTS: parts, TMPDIR: folder, ...more };
}

const contentOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
};

/** Those whose environment has this temporary folder: the program and all its descendants, wherever they hang by now. */
const startedIn = (folder: string): { pid: number; command: string }[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && contentOf(`/proc/${name}/environ`).includes(`TMPDIR=${folder}`))
    .map((name) => ({ pid: Number(name), command: contentOf(`/proc/${name}/cmdline`) }))
    .filter(({ command }) => command !== '');

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

/** Starts it in `cwd`, its own empty folder unless given. Ended with this process, should nobody have ended it before. */
export function belayProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): BelayProgram {
  const folder = temporaryFolder('e2e');
  const child = spawn(process.execPath, [BELAY, ...args], {
    env: environment(folder, env),
    detached: true,
    cwd: cwd ?? folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()));
  const close = async (): Promise<number | undefined> => {
    const [code] = await once(child, 'close');
    return typeof code === 'number' ? code : undefined;
  };
  const ended = close();
  const endAll = (): void => startedIn(folder).forEach(({ pid }) => kill(pid, 'SIGKILL'));
  process.once('exit', endAll);
  return {
    folder,
    out: () => text.out,
    err: () => text.err,
    lines: () => text.out.split('\n').flatMap(objectIn),
    ended,
    signal: (signal) => child.pid !== undefined && kill(-child.pid, signal),
    processes: () => startedIn(folder),
    left: () => [...readdirSync(folder), ...startedIn(folder).map(({ pid, command }) => `${pid} ${command}`)],
    end: async () => {
      endAll();
      await ended;
      process.off('exit', endAll);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
