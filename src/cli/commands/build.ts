import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readConfiguration } from '../../platform/configuration/configuration.ts';
import { withScratch } from '../compose/scratch.ts';

/** `belay build` */
export function register(program: Command): void {
  program
    .command('build')
    .description('production: write the manifest that the server reads and the bundle that the runbooks worker runs')
    .option('--out <folder>', 'where to (BELAY_BUILD, belay-build)')
    .action(async ({ out }: { out?: string }) => {
      const folder = resolve(out ?? readConfiguration(process.env).BELAY_BUILD);
      await withScratch(async (scratch) => {
        const { manifest, hash } = await (await import('../compose/build.ts')).build(folder, scratch);
        const { tools, runbooks: all } = manifest;
        console.log(`${all.length} runbooks and ${tools.length} tools, ${hash}, in ${folder}`);
      });
    });
}
