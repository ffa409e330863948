import type { Command } from 'commander';
import { runSandbox } from '../sandbox.ts';

/** `belay sandbox …`: everything after it is for the sandbox, which has its own help. */
export function register(program: Command): void {
  program
    .command('sandbox')
    .description('a small system that fails, to try Belay on: break <story>, heal, status')
    .argument('[arguments...]', 'what the sandbox takes; see belay sandbox --help')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (given: string[]) => {
      process.exitCode = await runSandbox(given);
    });
}
