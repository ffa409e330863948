import type { Command } from 'commander';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { printHalts } from '../halts-on-top.ts';
import { table } from '../text/table.ts';
import { ago } from '../text/times.ts';
import { toned } from '../text/tones.ts';
import { RunList } from '../views.ts';

/** `belay runs` */
export function register(program: Command): void {
  withConnection(program.command('runs'))
    .description('list runs, newest first')
    .option('--json', 'print the answer as JSON')
    .action(async (options: ConnectionOptions & { json?: boolean }) => {
      const client = clientFor(options);
      const answer = await client.get('/api/runs', RunList);
      if (options.json) return console.log(JSON.stringify(answer));
      await printHalts(client);
      if (answer.runs.length === 0) return console.log('No runs yet. Start one with: belay run <runbook> key=value …');
      const rows = answer.runs.map((run) => [
        run.id,
        run.runbook,
        toned(run.state),
        toned(run.outcome),
        ago(run.createdAt),
        run.target || run.title || '',
      ]);
      console.log(table(['RUN', 'RUNBOOK', 'STATE', 'OUTCOME', 'AGE', 'TARGET'], rows));
    });
}
