import type { Digest } from '../../domain/digest.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { systems } from '../../tools/catalog.ts';
import { buildRegistry } from '../../tools/registry.ts';
import { buildManifest } from '../../workers/build-manifest.ts';
import { bundleWorkflows } from '../../workers/bundle-workflows.ts';
import { runbooks } from '../../workflows/runbooks.ts';
import { writeBuild } from './build-folder.ts';
import { loadTeam } from './team.ts';

/** Writes the build of this folder's tools and runbooks to `folder`; `scratch` is for what is made on the way. `hash` is the bundle's. */
export async function build(folder: string, scratch: string): Promise<{ manifest: Manifest; hash: Digest }> {
  const team = await loadTeam(process.cwd(), scratch);
  const registry = buildRegistry([...systems, ...(team.config.systems ?? [])]);
  const bundle = await bundleWorkflows(team.workflowEntry, { encodeFailures: true });
  // Connections are of the place it runs in: the server takes them from the queues that have tokens.
  const manifest = buildManifest(registry, [...runbooks, ...team.runbooks], {}, bundle.hash);
  writeBuild(folder, manifest, bundle);
  return { manifest, hash: bundle.hash };
}
