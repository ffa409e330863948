import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startProgram, type Program } from './start-program.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

const folders: string[] = [];
const pids: number[] = [];
afterEach(() => {
  for (const pid of pids.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A shell script to start, in a folder of its own; ready once it wrote its process id there. */
function scriptToStart(script: string, before = ':'): Program & { readonly folder: string } {
  const folder = temporaryFolder('program');
  folders.push(folder);
  return {
    name: 'the script',
    command: '/bin/sh',
    args: ['-c', `${before}; cd ${folder}; echo $$ >new; mv new pid; ${script}`],
    folder,
    ready: () => Promise.resolve(existsSync(join(folder, 'pid'))),
  };
}

function pidOf(folder: string): number {
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  pids.push(pid);
  return pid;
}

describe('a program that tests start', () => {
  test('is asked to stop, is gone after stop, and takes its folder with it', async () => {
    const program = scriptToStart('while :; do sleep 0.05; done', "trap 'echo asked; exit 0' TERM");
    const running = await startProgram(program);
    const pid = pidOf(program.folder);
    await running.stop();
    await running.stop();

    expect(isAlive(pid)).toBe(false);
    expect(existsSync(program.folder)).toBe(false);
    expect(running.output()).toContain('asked');
  });

  test('ends with the process that started it, even one killed by SIGKILL, and leaves no folder', async () => {
    const program = scriptToStart('exec sleep 600');
    const source = `import { startProgram } from ${JSON.stringify(join(import.meta.dirname, 'start-program.ts'))};
      import { existsSync } from 'node:fs';
      await startProgram({ ...${JSON.stringify(program)}, ready: async () => existsSync('${program.folder}/pid') });
      setInterval(() => undefined, 1_000);`;
    const starter = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'inherit' });
    await until('it runs', () => existsSync(join(program.folder, 'pid')));
    const pid = pidOf(program.folder);
    expect(isAlive(pid)).toBe(true);
    starter.kill('SIGKILL');

    await until('the program is gone', () => !isAlive(pid));
    await until('its folder is gone', () => !existsSync(program.folder));
  });

  test('that ends before it is ready is reported with what it printed', async () => {
    const program = scriptToStart('echo "no such flag"; exit 7');
    const starting = startProgram({ ...program, ready: () => Promise.resolve(false) });

    await expect(starting).rejects.toThrow(/the script did not start.*status 7[^]*no such flag/);
    expect(existsSync(program.folder)).toBe(false);
  });

  test('that does not get ready in time is stopped', async () => {
    const program = scriptToStart('exec sleep 600');
    const ready = (): Promise<boolean> => Promise.reject(new Error('connection refused'));

    await expect(startProgram({ ...program, ready, within: 300 })).rejects.toThrow('connection refused');
    expect(existsSync(program.folder)).toBe(false);
  });

  test('that cannot be found is reported by name', async () => {
    const program = { ...scriptToStart(''), command: '/nowhere/temporal', ready: () => Promise.resolve(false) };

    await expect(startProgram(program)).rejects.toThrow('/nowhere/temporal');
  });
});
