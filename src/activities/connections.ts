import type { z } from 'zod';
import { Failure } from '../domain/failure.ts';
import { queueOf, systemOf } from '../domain/queue.ts';
import type { AnySystem } from '../sdk/define-system.ts';
import type { AnyTool } from '../sdk/define-tool.ts';
import type { Registry } from '../tools/registry.ts';
import { NO_SECRETS, type Secrets } from './secrets.ts';
import { withSecrets } from './with-secrets.ts';

/** Settings by system and connection name, with the credentials in them: `{ kubernetes: { default: { kubeconfig } } }`. */
export type ConnectionSettings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The clients of one worker. */
export interface Connections {
  /** Every queue these connections serve. */
  readonly queues: readonly string[];
  /** The tool and its client; `stop.not-found` when this worker has no such tool or connection. */
  find(tool: string, connection: string): { tool: AnyTool; client: unknown };
}

/** Names the field that is wrong and never its value, which may be a credential. */
function settingsOf(system: AnySystem, connection: string, given: unknown): unknown {
  const parsed = system.settings.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue: z.core.$ZodIssue) => `${issue.path.join('.')}: ${issue.code}`);
  throw new Failure(
    'stop.invalid-input',
    `The settings of connection "${connection}" of ${system.name} cannot be used: ${problems.join('; ')}`,
  );
}

/** Makes each connection's client on first use, so that one that is broken says so in the run that needs it. */
export function createConnections(
  registry: Registry,
  settings: ConnectionSettings,
  secrets: Secrets = NO_SECRETS,
): Connections {
  const clients = new Map<string, unknown>();
  return {
    queues: Object.entries(settings).flatMap(([system, connections]) =>
      Object.keys(connections).map((name) => queueOf(system, name)),
    ),
    find: (name, connection) => {
      const tool = registry.tool(name);
      const system = registry.system(systemOf(name));
      const known = settings[systemOf(name)] ?? {};
      // Not what every object has by nature: a connection may be asked for by any name.
      const given = Object.hasOwn(known, connection) ? known[connection] : undefined;
      if (!tool || !system || given === undefined)
        throw new Failure(
          'stop.not-found',
          `This worker has no ${tool ? `connection "${connection}" for ${name}` : `tool ${name}`}`,
        );
      const queue = queueOf(system.name, connection);
      if (!clients.has(queue)) clients.set(queue, system.connect(settingsOf(system, connection, given)));
      return { tool: withSecrets(tool, secrets), client: clients.get(queue) };
    },
  };
}
