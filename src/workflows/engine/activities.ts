import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { AuthorityActivities } from '../../activities/authority-activities.ts';
import type { AgentActivities, ToolActivities } from '../../activities/wire.ts';
import type { ToolEntry } from '../../domain/manifest.ts';
import { AGENTS_QUEUE, queueOf, RUNBOOKS_QUEUE, systemOf } from '../../domain/queue.ts';

/**
 * How long a task may lie on a queue before the run says, by name, that no worker serves it. It then asks again, so
 * this is a state people can see and not an end.
 */
export const NO_WORKER_AFTER = '30s';
/** A worker that died is noticed after this long; activities beat three times as often. */
const HEARTBEAT = '15s';

/** Some four hours of half-minutes: what a tool began (a snapshot) may go on by itself for so long. */
const PATIENT_ATTEMPTS = 500;

/** Long enough for what is one transaction over thousands of items. */
const LONG_CALL = '3m';

/** Calls that are about all items of a list at once. */
export const authorityAtLength = (summary: string): AuthorityActivities => authority(summary, LONG_CALL);

/** Calls to the authority: cheap, idempotent, and tried for as long as it takes; a decision must outlive an outage. */
export function authority(summary?: string, startToCloseTimeout: '20s' | '3m' = '20s'): AuthorityActivities {
  return proxyActivities<AuthorityActivities>({
    taskQueue: RUNBOOKS_QUEUE,
    startToCloseTimeout,
    retry: { initialInterval: '300ms', backoffCoefficient: 2, maximumInterval: '15s' },
    ...(summary === undefined ? {} : { summary }),
  });
}

/** Previews of many: one activity for some hundreds of items, tried like a read. */
export function manyPreviews(tool: string, connection: string): Pick<ToolActivities, 'previewItems'> {
  return proxyActivities<ToolActivities>({
    taskQueue: queueOf(systemOf(tool), connection),
    heartbeatTimeout: HEARTBEAT,
    startToCloseTimeout: '6m',
    scheduleToStartTimeout: NO_WORKER_AFTER,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 10 },
    summary: `preview items: ${tool}`,
  });
}

/** Tools of one queue. Reads and previews: a few attempts. Carrying out: as long as the authority says wait; each attempt asks for its grant again. */
export function tools(
  entry: Pick<ToolEntry, 'name' | 'timeoutMs'>,
  connection: string,
  kind: 'read' | 'carry-out' | 'carry-out-patiently',
  summary: string,
): ToolActivities {
  const once = {
    // Carrying out looks, asks, looks again where an attempt was lost, acts, and records; what is cut in the middle is done
    // over. A worker that died or was frozen is noticed by its heartbeat, long before.
    startToCloseTimeout: kind === 'read' ? entry.timeoutMs + 10_000 : 4 * entry.timeoutMs + 40_000,
    scheduleToStartTimeout: NO_WORKER_AFTER,
  } satisfies ActivityOptions;
  return proxyActivities<ToolActivities>({
    taskQueue: queueOf(systemOf(entry.name), connection),
    heartbeatTimeout: HEARTBEAT,
    ...once,
    retry:
      kind === 'read'
        ? { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '5s', maximumAttempts: 4 }
        : {
            initialInterval: '1s',
            backoffCoefficient: 2,
            ...(kind === 'carry-out'
              ? { maximumInterval: '10s', maximumAttempts: 50 }
              : { maximumInterval: '30s', maximumAttempts: PATIENT_ATTEMPTS }),
          },
    summary,
  });
}

/** Model turns. The provider's own retries are off: these are the only ones, and they are visible. */
export function agents(summary: string): AgentActivities {
  return proxyActivities<AgentActivities>({
    taskQueue: AGENTS_QUEUE,
    // The agent gives up on an answer after three minutes; this is only beyond that.
    startToCloseTimeout: '4m',
    scheduleToStartTimeout: NO_WORKER_AFTER,
    heartbeatTimeout: HEARTBEAT,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 5 },
    summary,
  });
}
