import type { KubernetesClient } from './client.ts';
import { type Aspect, withMark } from './mark.ts';
import type { Deployment } from './wire.ts';

/**
 * Asks the cluster whether it would take the write: access rules, validation and admission speak now, not after somebody
 * approved. Stores nothing. Sent without a version, so that a status written meanwhile is no conflict; the real write has one.
 */
export async function dryRun(
  client: KubernetesClient,
  wanted: Deployment,
  aspect: Aspect,
  signal: AbortSignal,
): Promise<void> {
  const { metadata, ...rest } = withMark(wanted, aspect, 'preview');
  const { resourceVersion: _, ...unversioned } = metadata ?? {};
  await client.putDeployment({ ...rest, metadata: unversioned }, { dryRun: true }, signal);
}
