import type { Command } from 'commander';
import pc from 'picocolors';
import { CliError } from '../../platform/problem.ts';
import { progressLine } from '../../platform/progress-line.ts';
import { setStage } from '../demo/stage.ts';
import { tellStory } from '../demo/story.ts';
import { tellPeople, tellPrograms } from '../demo/teller.ts';

interface DemoOptions {
  readonly yes?: boolean;
  readonly deny?: boolean;
  readonly json?: boolean;
}

const NEXT = `Where to look next
  npm start                                            the same Belay, to keep
  npm start -- --observe --kubeconfig … --prometheus …  on your own cluster, read-only
  docs/concepts.md                                      what the words mean`;

/** `belay demo` */
export function register(program: Command): void {
  program
    .command('demo')
    .description('a real incident, end to end, on a small shop that fails')
    .option('--yes', 'approve without asking; the record says so')
    .option('--deny', 'deny without asking')
    .option('--json', 'one JSON object a line')
    .action(async (options: DemoOptions) => {
      if (options.yes && options.deny) throw new CliError('Give --yes or --deny, not both.', 2);
      const decision = options.yes ? 'approve' : options.deny ? 'deny' : 'ask';
      if (decision === 'ask' && (options.json || !process.stdin.isTTY))
        throw new CliError('There is no terminal to ask at; give --yes or --deny.', 2);
      const write = (line: string) => console.log(line);
      const teller = options.json ? tellPrograms(write) : tellPeople(write);
      const progress = progressLine();
      let preparing = true;
      const stage = await setStage((line) => preparing && progress.say(line.replace(/ …$/, ''))).finally(() => {
        preparing = false;
        progress.done();
      });
      const interrupted = () => void stage.close().finally(() => process.exit(130));
      process.once('SIGINT', interrupted);
      process.once('SIGTERM', interrupted);
      try {
        await tellStory({ decision, teller, stage });
        teller.say(`\n${pc.dim(NEXT)}`);
      } finally {
        process.off('SIGINT', interrupted);
        process.off('SIGTERM', interrupted);
        await stage.close();
      }
    });
}
