import { asActivities } from '../activities/as-activities.ts';
import { createAuthorityActivities } from '../activities/authority-activities.ts';
import type { AuthorityClient } from '../authority/protocol.ts';
import { RUNBOOKS_QUEUE } from '../domain/queue.ts';
import type { WorkflowBundle } from './bundle-workflows.ts';
import { type RunningWorker, runWorker, type WorkerConnection } from './run-worker.ts';

/** Replays workflows and makes their calls to the authority. Holds no credential but its queue's token. */
export function startRunbooksWorker(
  at: WorkerConnection,
  { bundle, authority }: { bundle: WorkflowBundle; authority: AuthorityClient },
): Promise<RunningWorker> {
  return runWorker(at, {
    taskQueue: RUNBOOKS_QUEUE,
    workflowBundle: bundle.bundle,
    activities: asActivities(createAuthorityActivities(authority)),
    // Measured: the default cache holds 5,000 parked runs in 1 GB.
    maxCachedWorkflows: 500,
    maxConcurrentActivityTaskExecutions: 50,
  });
}
