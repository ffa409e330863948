import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ContainerLog } from './container-log.ts';

export interface Exit {
  exitCode: number;
  signal?: number;
  startedAt: number;
  finishedAt: number;
}

export interface RunningContainer {
  log: ContainerLog;
  /** Where its HTTP server listens, once it does. */
  port: number | undefined;
  startedAt: number;
  exited: Promise<Exit>;
  /** SIGTERM, and SIGKILL when it has not ended after the grace period. */
  stop(graceMs: number): Promise<Exit>;
}

const SIGNALS: Record<string, number> = { SIGTERM: 15, SIGKILL: 9, SIGINT: 2, SIGSEGV: 11, SIGABRT: 6 };

function capture(child: ChildProcess, program: string): ContainerLog {
  const log = new ContainerLog();
  // In its container a program lives in /app; where this checkout lies is no business of its logs.
  const here = [pathToFileURL(dirname(dirname(program))).href, dirname(dirname(program))];
  const line = (chunk: string): void =>
    log.write(
      here.reduce((text, path) => text.replaceAll(path, path.startsWith('file:') ? 'file:///app' : '/app'), chunk),
    );
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', line);
  return log;
}

/**
 * Starts a program as a real process. Its IPC channel carries the port it listens on, and is its lifeline: it ends itself when the
 * channel closes, so that not even a SIGKILL of this process leaves one behind.
 */
export function startContainer(program: string, env: Record<string, string>): RunningContainer {
  const startedAt = Date.now();
  const child = fork(program, {
    // A small heap: six of these run beside everything else.
    execArgv: ['--disable-warning=ExperimentalWarning', '--max-old-space-size=48', '--max-semi-space-size=1'],
    env: { ...env, NODE_NO_WARNINGS: '1', ...(process.env['PATH'] && { PATH: process.env['PATH'] }) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
  });
  const container: RunningContainer = {
    log: capture(child, program),
    port: undefined,
    startedAt,
    exited: new Promise((resolve) => {
      const ended = (exitCode: number, signal?: number): void =>
        resolve({ exitCode, startedAt, finishedAt: Date.now(), ...(signal !== undefined && { signal }) });
      child.once('error', () => ended(128));
      child.once('close', (code, signal) => {
        const number = signal ? (SIGNALS[signal] ?? 1) : undefined;
        ended(code ?? 128 + (number ?? 0), number);
      });
    }),
    async stop(graceMs) {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
      try {
        return await container.exited;
      } finally {
        clearTimeout(kill);
      }
    },
  };
  child.on('message', (message: { port?: number }) => {
    if (typeof message.port === 'number') container.port = message.port;
  });
  return container;
}
