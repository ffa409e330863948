import { z } from 'zod';
import { at } from '../http/json-path.ts';
import type { SandboxStatus } from '../status.ts';
import { readState } from './state-file.ts';

/** What ends the program with one line and an exit code: 1 failed, 2 usage, 3 cannot reach. */
export class SandboxError extends Error {
  override name = 'SandboxError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

const notRunning = (port: number | undefined): SandboxError =>
  new SandboxError(
    `No sandbox is running${port === undefined ? '' : ` with its control server on port ${port}`}. Start one: npm run sandbox`,
    3,
  );

const STATUS = z.custom<SandboxStatus>((value) => Array.isArray(at(value, ['deployments'])));

/** Asks a running sandbox. @throws SandboxError 3 when there is none, 2 when it does not know the story, 1 otherwise */
export async function askSandbox(
  method: 'GET' | 'POST',
  path: string,
  port: number | undefined,
): Promise<SandboxStatus> {
  const state = readState(port);
  if (!state) throw notRunning(port);
  const headers = { authorization: `Bearer ${state.token}` };
  const signal = AbortSignal.timeout(10_000);
  const answer = await fetch(`${state.control}${path}`, { method, headers, signal }).catch(() => {
    throw notRunning(port);
  });
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return STATUS.parse(body);
  const reason = at(body, ['error']);
  const message = typeof reason === 'string' ? reason : `The sandbox answered ${answer.status}.`;
  throw new SandboxError(message, answer.status === 404 ? 2 : 1);
}
