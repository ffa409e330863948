import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';
import type { Digest } from '../domain/digest.ts';
import { FAILURE_CONVERTER_PATH } from '../platform/temporal/payload-codec.ts';

/** Belay's own `node_modules`, for an entry and runbooks that are somewhere else. */
const OWN_PACKAGES = join(
  dirname(createRequire(import.meta.url).resolve('@temporalio/workflow/package.json')),
  '..',
  '..',
);

const SILENT: Logger = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The code Temporal replays, and its hash: what a run's record says it ran. */
export interface WorkflowBundle {
  readonly bundle: { readonly code: string };
  readonly hash: Digest;
}

/** The bundle's hash. The inlined source map holds paths of this machine; the code before it is the same everywhere. */
export function hashOfBundle(bundled: string): Digest {
  const code = bundled.split('\n//# sourceMappingURL=')[0] ?? bundled;
  return `sha256:${createHash('sha256').update(code).digest('hex')}`;
}

/**
 * Bundles the engine and every runbook (those that ship, unless another entry is given). Takes about two seconds.
 * `encodeFailures`: failures travel in payloads, which a codec encrypts; a worker with a codec needs a bundle made so.
 */
export async function bundleWorkflows(
  entry?: string,
  { encodeFailures = false }: { encodeFailures?: boolean } = {},
): Promise<WorkflowBundle> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const shipped = fileURLToPath(new URL(`../workflows/index.${extension}`, import.meta.url));
  const bundle = await bundleWorkflowCode({
    workflowsPath: entry ?? shipped,
    logger: SILENT,
    webpackConfigHook: (config) => ({
      ...config,
      resolve: { ...config.resolve, modules: [...(config.resolve?.modules ?? ['node_modules']), OWN_PACKAGES] },
    }),
    ...(encodeFailures ? { failureConverterPath: FAILURE_CONVERTER_PATH } : {}),
  });
  return { bundle, hash: hashOfBundle(bundle.code) };
}
