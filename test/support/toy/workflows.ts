import { runWorkflow } from '../../../src/workflows/engine/run-workflow.ts';
import { lampRunbook } from './lamp-runbook.ts';

export default async function run(request: { run: string }): Promise<unknown> {
  return await runWorkflow([lampRunbook], request);
}
