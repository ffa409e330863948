import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Digest } from '../domain/digest.ts';

const SILENT: Logger = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The code Temporal replays, and its hash: what a run's record says it ran. */
export interface WorkflowBundle {
  readonly bundle: WorkflowBundleWithSourceMap;
  readonly hash: Digest;
}

/** Bundles the engine and every runbook (those that ship, unless another entry is given). Takes about two seconds. */
export async function bundleWorkflows(entry?: string): Promise<WorkflowBundle> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const shipped = fileURLToPath(new URL(`../workflows/index.${extension}`, import.meta.url));
  const bundle = await bundleWorkflowCode({ workflowsPath: entry ?? shipped, logger: SILENT });
  // The inlined source map holds paths of this machine; the code before it is the same everywhere.
  const code = bundle.code.split('\n//# sourceMappingURL=')[0] ?? bundle.code;
  return { bundle, hash: `sha256:${createHash('sha256').update(code).digest('hex')}` };
}
