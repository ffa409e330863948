import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { processMark } from '../../../src/platform/process/process-mark.ts';
import { recordedProcess, recordProcess, stopRecorded } from '../../../src/platform/process/process-record.ts';

let folder: string;
let file: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-record-'));
  file = join(folder, 'child.json');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function start(script: string): Promise<{ pid: number; child: ChildProcess }> {
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await once(child.stdout, 'data');
  return { pid: child.pid ?? 0, child };
}

const PATIENT = 'echo up; while :; do sleep 0.1; done';
const STUBBORN = `trap '' TERM; ${PATIENT}`;

describe('a process on record', () => {
  test('is recognised while it runs, and not after', async () => {
    const { pid, child } = await start(PATIENT);
    recordProcess(file, pid);
    expect(recordedProcess(file)).toBe(pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(recordedProcess(file)).toBeUndefined();
  });

  test('is not taken for another that has its id by now', async () => {
    const { pid, child } = await start(PATIENT);
    writeFileSync(file, JSON.stringify({ pid, mark: 'of an earlier process' }));
    expect(recordedProcess(file)).toBeUndefined();
    expect(await stopRecorded(file, 'SIGKILL')).toBe(false);
    expect(child.exitCode ?? child.signalCode).toBeNull();
    expect(processMark(pid)).toBeDefined();
  });

  test.each([
    ['that stops when asked', PATIENT, 5000, 'SIGTERM'],
    ['that does not', STUBBORN, 100, 'SIGKILL'],
  ])('%s is gone when stopRecorded returns, and so is its record', async (_name, script, graceMs, signal) => {
    const { pid, child } = await start(script);
    const exit = once(child, 'exit');
    recordProcess(file, pid);
    expect(await stopRecorded(file, 'SIGTERM', graceMs)).toBe(true);
    expect(await exit).toEqual([null, signal]);
    expect(existsSync(file)).toBe(false);
  });

  test.each(['', '{', '{"pid":0,"mark":""}', '{"pid":1}', 'null'])(
    'a record that reads %j names nobody',
    async (content) => {
      writeFileSync(file, content);
      expect(recordedProcess(file)).toBeUndefined();
      expect(await stopRecorded(file, 'SIGKILL')).toBe(false);
    },
  );
});
