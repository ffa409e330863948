import { z } from 'zod';

/** Workflows and the activities that only talk to the authority. Holds no credential. */
export const RUNBOOKS_QUEUE = 'runbooks';
/** Model turns. Holds the model's key. */
export const AGENTS_QUEUE = 'agents';

/** A task queue is a privilege boundary: its kind says which authority calls its token may make. */
export const QueueKind = z.enum(['runbooks', 'agents', 'tools']);
export type QueueKind = z.infer<typeof QueueKind>;

/** The queue whose worker holds the credential of one connection of one system. */
export const queueOf = (system: string, connection: string): string => `tools.${system}.${connection}`;

/** The kind of a queue, or undefined for a name that is none of ours. */
export function kindOfQueue(queue: string): QueueKind | undefined {
  if (queue === RUNBOOKS_QUEUE) return 'runbooks';
  if (queue === AGENTS_QUEUE) return 'agents';
  return /^tools\.[a-z0-9_-]+\.[a-z0-9_-]+$/.test(queue) ? 'tools' : undefined;
}

/** The system a tool belongs to: the part of its name before the dot. */
export const systemOf = (tool: string): string => tool.slice(0, tool.indexOf('.'));
