import { createAgentActivities } from '../activities/agent-activities.ts';
import { asActivities } from '../activities/as-activities.ts';
import type { ModelSettings } from '../agents/chat-model.ts';
import type { AuthorityClient } from '../authority/protocol.ts';
import type { Manifest } from '../domain/manifest.ts';
import { AGENTS_QUEUE } from '../domain/queue.ts';
import { type RunningWorker, runWorker, type WorkerConnection } from './run-worker.ts';

/** Takes model turns. Holds the model's key and nothing that acts. */
export function startAgentsWorker(
  at: WorkerConnection,
  deps: { authority: AuthorityClient; manifest: Manifest; model: ModelSettings },
): Promise<RunningWorker> {
  return runWorker(at, {
    taskQueue: AGENTS_QUEUE,
    activities: asActivities(createAgentActivities(deps)),
    maxConcurrentActivityTaskExecutions: 10,
  });
}
