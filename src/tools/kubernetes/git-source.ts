import { z } from 'zod';
import type { Deployment } from './wire.ts';

/** Where the workload's manifest lives, as far as its annotations tell. */
export const GitSource = z.object({
  repository: z.string(),
  commit: z.string().nullable(),
  path: z.string().nullable(),
});
export type GitSource = z.infer<typeof GitSource>;

/** Reads Belay's own annotations first, then the OCI ones that build tools put there. */
export function gitSourceOf(deployment: Deployment): GitSource | null {
  const annotations = { ...deployment.spec?.template?.metadata?.annotations, ...deployment.metadata?.annotations };
  const repository = annotations['belay.dev/repository'] ?? annotations['org.opencontainers.image.source'];
  if (repository === undefined) return null;
  const commit = annotations['belay.dev/commit'] ?? annotations['org.opencontainers.image.revision'] ?? null;
  return { repository, commit, path: annotations['belay.dev/path'] ?? null };
}
