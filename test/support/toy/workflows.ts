import { proxyActivities } from '@temporalio/workflow';
import { runWorkflow } from '../../../src/workflows/engine/run-workflow.ts';
import { lampRunbook } from './lamp-runbook.ts';
import { lampsRunbook } from './lamps-runbook.ts';

export default async function run(request: Parameters<typeof runWorkflow>[1]): Promise<unknown> {
  return await runWorkflow([lampRunbook, lampsRunbook], request);
}

/** Not Belay's: schedules any activity on any queue, as somebody who reaches Temporal can. */
export async function byHand(what: { taskQueue: string; activity: string; request: unknown }): Promise<unknown> {
  const activities = proxyActivities<Record<string, (request: unknown) => Promise<unknown>>>({
    taskQueue: what.taskQueue,
    startToCloseTimeout: '10s',
    retry: { maximumAttempts: 2 },
  });
  return await activities[what.activity]?.(what.request);
}
