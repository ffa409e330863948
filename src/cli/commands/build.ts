import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readConfiguration } from '../../platform/configuration/configuration.ts';
import { systems } from '../../tools/catalog.ts';
import { buildRegistry } from '../../tools/registry.ts';
import { buildManifest } from '../../workers/build-manifest.ts';
import { bundleWorkflows } from '../../workers/bundle-workflows.ts';
import { runbooks } from '../../workflows/runbooks.ts';
import { writeBuild } from '../compose/build-folder.ts';
import { withScratch } from '../compose/scratch.ts';
import { loadTeam } from '../compose/team.ts';

/** `belay build` */
export function register(program: Command): void {
  program
    .command('build')
    .description('production: write the manifest that the server reads and the bundle that the runbooks worker runs')
    .option('--out <folder>', 'where to (BELAY_BUILD, belay-build)')
    .action(async ({ out }: { out?: string }) => {
      const folder = resolve(out ?? readConfiguration(process.env).BELAY_BUILD);
      await withScratch(async (scratch) => {
        const team = await loadTeam(process.cwd(), scratch);
        const registry = buildRegistry([...systems, ...(team.config.systems ?? [])]);
        const bundle = await bundleWorkflows(team.workflowEntry, { encodeFailures: true });
        // Connections are of the place it runs in: the server takes them from the queues that have tokens.
        const manifest = buildManifest(registry, [...runbooks, ...team.runbooks], {}, bundle.hash);
        writeBuild(folder, manifest, bundle);
        const { tools, runbooks: all } = manifest;
        console.log(`${all.length} runbooks and ${tools.length} tools, ${bundle.hash}, in ${folder}`);
      });
    });
}
