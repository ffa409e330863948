import type { Command } from 'commander';
import pc from 'picocolors';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { printHalts } from '../halts-on-top.ts';
import { runPage } from '../text/run-page.ts';
import { visible } from '../text/table.ts';
import { RunDetail } from '../views.ts';

interface Options extends ConnectionOptions {
  readonly steps?: boolean;
  readonly postmortem?: boolean;
  readonly json?: boolean;
}

/** `belay show <id>` */
export function register(program: Command): void {
  withConnection(program.command('show'))
    .description('show a run')
    .argument('<run>', 'its id, such as r-7k2m9qxd')
    .option('--steps', 'every step it took')
    .option('--postmortem', 'its story as Markdown')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, options: Options) => {
      const client = clientFor(options);
      const path = `/api/runs/${encodeURIComponent(id)}`;
      if (options.postmortem) {
        const text = await (await client.raw(`${path}/postmortem`, { headers: { accept: 'text/markdown' } })).text();
        return console.log(visible(text).trimEnd());
      }
      const run = await client.get(path, RunDetail);
      if (options.json) return console.log(JSON.stringify(run));
      await printHalts(client);
      console.log(runPage(run, { steps: options.steps ?? false }));
      if (run.state === 'waiting' && run.gates.length > 0)
        console.log(pc.dim(`\nIt waits for people: belay approve ${run.gates.at(-1)}`));
    });
}
