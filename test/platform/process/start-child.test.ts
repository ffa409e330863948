import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { processMark } from '../../../src/platform/process/process-mark.ts';
import { recordedProcess } from '../../../src/platform/process/process-record.ts';
import { startChild, type Child, type ChildSpec } from '../../../src/platform/process/start-child.ts';
import { until } from '../../support/until.ts';

let folder: string;
let started: Child[] = [];
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'belay-child-'))));
afterEach(async () => {
  await Promise.all(started.map((child) => child.stop()));
  started = [];
  rmSync(folder, { recursive: true });
});

const spec = (script: string, more: Partial<ChildSpec> = {}): ChildSpec => ({
  name: 'test',
  command: '/bin/sh',
  args: ['-c', script],
  recordFile: join(folder, 'child.json'),
  logFile: join(folder, 'child.log'),
  stopSignal: 'SIGTERM',
  graceMs: 200,
  ...more,
});

async function start(script: string, more: Partial<ChildSpec> = {}): Promise<Child> {
  const child = await startChild(spec(script, more));
  started.push(child);
  return child;
}

const FOREVER = 'while :; do sleep 0.1; done';

describe('a child', () => {
  test('is on record and in its own process group, so that Ctrl-C reaches Belay alone', async () => {
    const child = await start(FOREVER);
    expect(recordedProcess(join(folder, 'child.json'))).toBe(child.pid);
    const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(child.pid)], { encoding: 'utf8' });
    expect(Number(group)).toBe(child.pid);
  });

  test('that ends by itself is told, with how and its last words', async () => {
    const child = await start('echo starting; echo no space left; sleep 0.1; exit 7');
    const told = new Promise<string>((resolve) => child.onUnexpectedEnd(resolve));
    await expect(told).resolves.toBe('exit code 7; last line of child.log: no space left');
    expect(existsSync(join(folder, 'child.json'))).toBe(false);
  });

  test('that is stopped is not told as unexpected; stopping twice is fine', async () => {
    const child = await start(FOREVER);
    const told: string[] = [];
    child.onUnexpectedEnd((how) => told.push(how));
    await Promise.all([child.stop(), child.stop()]);
    await expect(child.ended).resolves.toMatch(/^SIGTERM/);
    expect(told).toEqual([]);
  });

  test('that does not stop when asked is ended with its whole group', async () => {
    const child = await start(
      `trap '' TERM; (trap '' TERM; ${FOREVER}) & echo $! > ${join(folder, 'grandchild')}; ${FOREVER}`,
    );
    const grandchild = await until(
      'the grandchild',
      () => existsSync(join(folder, 'grandchild')) && Number(readFileSync(join(folder, 'grandchild'), 'utf8')),
    );
    await child.stop();
    await expect(child.ended).resolves.toMatch(/^SIGKILL/);
    await until('it is gone', () => processMark(grandchild) === undefined);
  });

  test('that cannot be started rejects', async () => {
    await expect(start('', { command: join(folder, 'absent') })).rejects.toThrow(/ENOENT/);
  });

  test('appends to its log, and a log that has grown is put aside', async () => {
    await (
      await start('echo one')
    ).ended;
    await (
      await start('echo two')
    ).ended;
    expect(readFileSync(join(folder, 'child.log'), 'utf8')).toBe('one\ntwo\n');
    writeFileSync(join(folder, 'child.log'), Buffer.alloc(11 * 1024 * 1024));
    await (
      await start('echo three')
    ).ended;
    expect(readFileSync(join(folder, 'child.log'), 'utf8')).toBe('three\n');
    expect(existsSync(join(folder, 'child.log.1'))).toBe(true);
  });

  test('stops when the Belay that started it is killed', async () => {
    const module = new URL('../../../src/platform/process/start-child.ts', import.meta.url).href;
    const program = `const { startChild } = await import(${JSON.stringify(module)});
      console.log((await startChild(${JSON.stringify(spec(FOREVER))})).pid); setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const [output] = await once(parent.stdout, 'data');
    const pid = Number(String(output));
    expect(processMark(pid)).toBeDefined();
    process.kill(-(parent.pid ?? 0), 'SIGKILL');
    await until('the child is gone', () => processMark(pid) === undefined);
  });
});
