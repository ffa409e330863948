import { proxyActivities } from '@temporalio/workflow';
import { runWorkflow } from '../src/workflows/engine/run-workflow.ts';
import { lampRunbook } from '../test/support/toy/lamp-runbook.ts';

interface Bare {
  look(request: { name: string; step: number }): Promise<{ on: boolean }>;
  change(request: { name: string }): Promise<{ on: boolean }>;
}

const { look, change } = proxyActivities<Bare>({ startToCloseTimeout: '30s', taskQueue: 'bare' });

/** The baseline: the same reads, as plain activities of a plain workflow. */
export async function bareReads({ name, reads }: { name: string; reads: number }): Promise<boolean> {
  let on = false;
  for (let step = 0; step < reads; step += 1) on = (await look({ name, step })).on;
  return on;
}

/** The baseline: the same side effect, as one plain activity. */
export async function bareWrite({ name }: { name: string }): Promise<boolean> {
  return (await change({ name })).on;
}

export default async function run(request: { run: string }): Promise<unknown> {
  return await runWorkflow([lampRunbook], request);
}
