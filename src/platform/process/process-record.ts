import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { processMark } from './process-mark.ts';

const Recorded = z.object({ pid: z.number().int().positive(), mark: z.string() });

/** Writes down which process this is, so that a later Belay recognises it as its own. Synchronous: right after spawn. */
export function recordProcess(file: string, pid: number): void {
  writeFileSync(file, JSON.stringify({ pid, mark: processMark(pid) ?? '' }), { mode: 0o600 });
}

/** The pid of the recorded process, when it still runs; undefined when it is gone or its id belongs to another by now. */
export function recordedProcess(file: string): number | undefined {
  try {
    const { pid, mark } = Recorded.parse(JSON.parse(readFileSync(file, 'utf8')));
    return processMark(pid) === mark ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Stops the recorded process, left behind by a Belay that was killed, and removes the record. Asks by `signal`, and
 * after `graceMs` ends its whole group. Returns once it is gone; true when there was one.
 */
export async function stopRecorded(file: string, signal: NodeJS.Signals, graceMs = 10_000): Promise<boolean> {
  const pid = recordedProcess(file);
  if (pid !== undefined) await stopProcess(pid, signal, graceMs);
  rmSync(file, { force: true });
  return pid !== undefined;
}

/** Asks `pid` to end, ends its group after `graceMs`, and returns once it is gone. */
export async function stopProcess(pid: number, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  const mark = processMark(pid);
  const alive = (): boolean => mark !== undefined && processMark(pid) === mark;
  send(pid, signal);
  const deadline = Date.now() + graceMs;
  while (alive()) {
    if (Date.now() > deadline) send(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    await sleep(20);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
