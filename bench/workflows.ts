import type { ReadToolRequest, ToolActivities } from '../src/activities/wire.ts';
import { executeChild, proxyActivities } from '@temporalio/workflow';
import { runWorkflow } from '../src/workflows/engine/run-workflow.ts';
import { lampRunbook } from '../test/support/toy/lamp-runbook.ts';
import { lampsRunbook } from '../test/support/toy/lamps-runbook.ts';

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

export default async function run(request: Parameters<typeof runWorkflow>[1]): Promise<unknown> {
  return await runWorkflow([lampRunbook, lampsRunbook], request);
}

/** The same side effects as a batch of Belay's, by plain children of 250 with 25 at a time. */
export async function bareBatch(items: number): Promise<void> {
  for (let from = 0; from < items; from += 250)
    await executeChild('bareWave', { args: [{ from, to: Math.min(from + 250, items) }] });
}

export async function bareWave({ from, to }: { from: number; to: number }): Promise<void> {
  let next = from;
  const line = async (): Promise<void> => {
    while (next < to) {
      const name = `bare-${next}`;
      next += 1;
      await change({ name });
    }
  };
  await Promise.all(Array.from({ length: 25 }, line));
}
