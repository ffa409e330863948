import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CliError } from '../platform/problem.ts';

/**
 * Runs the sandbox's own program with the terminal handed to it, and resolves with its exit code. It is a process of its
 * own and never imported: the product must not come to depend on it. @throws CliError where it was not installed.
 */
export async function runSandbox(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', sandboxProgram(), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, pass);
  const onDisconnect = (): void => pass('SIGTERM');
  process.on('disconnect', onDisconnect);
  process.channel?.unref();
  const [code, signal] = await once(child, 'exit');
  for (const each of signals) process.off(each, pass);
  process.off('disconnect', onDisconnect);
  return typeof code === 'number' ? code : signal === 'SIGINT' ? 130 : 1;
}

/**
 * Where a program of the sandbox is: all of it unless another is named. @throws CliError when it is not there, as in a
 * production install.
 */
export function sandboxProgram(name = 'main.ts'): string {
  const program = ['../../sandbox/', '../../../sandbox/']
    .map((path) => fileURLToPath(new URL(`${path}${name}`, import.meta.url)))
    .find((path) => existsSync(path));
  if (program === undefined)
    throw new CliError('The sandbox is not part of this installation; it is in a checkout of the repository.', 2);
  return program;
}
