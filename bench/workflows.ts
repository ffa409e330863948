import type { ReadToolRequest, ToolActivities } from '../src/activities/wire.ts';
import { proxyActivities } from '@temporalio/workflow';
import { runWorkflow } from '../src/workflows/engine/run-workflow.ts';
import { lampRunbook } from '../test/support/toy/lamp-runbook.ts';

interface Bare {
  nothing(): Promise<void>;
  change(request: { name: string }): Promise<{ on: boolean }>;
}

const { readTool } = proxyActivities<ToolActivities>({ startToCloseTimeout: '30s', taskQueue: 'tools.lamp.default' });
const { change } = proxyActivities<Bare>({ startToCloseTimeout: '30s', taskQueue: 'bare' });

/** The baseline: the same activities on the same queue, from a plain workflow that registers, records and asks nothing. */
export async function bareReads({
  reads,
  ...request
}: Omit<ReadToolRequest, 'wantFacts'> & { reads: number }): Promise<number> {
  let done = 0;
  for (; done < reads; done += 1)
    await readTool({ ...request, args: { ...request.args, step: done }, wantFacts: true });
  return done;
}

const { nothing } = proxyActivities<Bare>({ startToCloseTimeout: '30s' });

/** A chain of activities that do nothing: what the server alone costs. */
export async function chain(length: number): Promise<void> {
  for (let step = 0; step < length; step += 1) await nothing();
}

/** The baseline: the same side effect, as one plain activity. */
export async function bareWrite({ name }: { name: string }): Promise<boolean> {
  return (await change({ name })).on;
}

export default async function run(request: { run: string }): Promise<unknown> {
  return await runWorkflow([lampRunbook], request);
}
