import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { WorkerTokens } from '../../authority/http-face.ts';
import { kindOfQueue } from '../../domain/queue.ts';
import { CliError, reasonOf } from '../../platform/problem.ts';

const Hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, 'must be the SHA-256 of the token, 64 hex digits; never the token itself');
const File = z.record(z.string(), z.union([Hash, z.array(Hash).min(1).max(3)]));

/**
 * The token file of the server: `{"runbooks":"<sha256>","tools.kubernetes.default":["<new>","<old>"]}`. It holds no
 * token, so that reading it lets nobody in. @throws CliError (exit 2) with every problem.
 */
export function readWorkerTokens(path: string): WorkerTokens {
  const problem = (lines: readonly string[]): never => {
    throw new CliError(`BELAY_WORKER_TOKENS_FILE: ${path}\n${lines.map((line) => `  ${line}`).join('\n')}`, 2);
  };
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return problem([`is not JSON: ${reasonOf(error)}`]);
  }
  const parsed = File.safeParse(json);
  if (!parsed.success)
    return problem(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`));
  const strange = Object.keys(parsed.data).filter((queue) => kindOfQueue(queue) === undefined);
  if (strange.length > 0)
    return problem(
      strange.map((name) => `${name}: is no queue; there are runbooks, agents and tools.<system>.<connection>`),
    );
  const all = Object.entries(parsed.data).flatMap(([queue, hashes]) =>
    [hashes].flat().map((hash) => ({ queue, hash })),
  );
  const shared = all.filter(({ queue, hash }) => all.some((other) => other.queue !== queue && other.hash === hash));
  if (shared.length > 0)
    return problem([
      `${[...new Set(shared.map(({ queue }) => queue))].join(' and ')} have the same token; each queue has its own`,
    ]);
  return parsed.data;
}

/** The connections that a deployment has: those whose queue has a token, because no other worker is let in. */
export function connectionsOf(tokens: WorkerTokens): Record<string, string[]> {
  const connections: Record<string, string[]> = {};
  for (const queue of Object.keys(tokens).toSorted()) {
    if (kindOfQueue(queue) !== 'tools') continue;
    const [, system = '', name = ''] = queue.split('.');
    (connections[system] ??= []).push(name);
  }
  return connections;
}
