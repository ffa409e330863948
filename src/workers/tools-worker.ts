import { asActivities } from '../activities/as-activities.ts';
import { createToolActivities, type ToolActivityDeps } from '../activities/tool-activities.ts';
import { type RunningWorker, runWorker, type WorkerConnection } from './run-worker.ts';

/** Reads from and acts on the systems its connections reach: one queue per connection, each with that credential alone. */
export async function startToolsWorkers(at: WorkerConnection, deps: ToolActivityDeps): Promise<RunningWorker[]> {
  const activities = asActivities(createToolActivities(deps));
  return await Promise.all(
    deps.connections.queues.map((taskQueue) =>
      runWorker(at, { taskQueue, activities, maxConcurrentActivityTaskExecutions: 20 }),
    ),
  );
}
