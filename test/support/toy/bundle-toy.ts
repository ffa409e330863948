import { fileURLToPath } from 'node:url';
import { bundleWorkflows, type WorkflowBundle } from '../../../src/workers/bundle-workflows.ts';

/** The engine with the toy's runbook. */
export const bundleToy = (options: { encodeFailures?: boolean } = {}): Promise<WorkflowBundle> =>
  bundleWorkflows(fileURLToPath(new URL('workflows.ts', import.meta.url)), options);
