import type { Command } from 'commander';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
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
      const answer = await clientFor(options).get('/api/runs', RunList);
      if (options.json) return console.log(JSON.stringify(answer));
      if (answer.runs.length === 0) return console.log('No runs yet. Start one with: belay run <runbook> key=value …');
      const rows = answer.runs.map((run) => [
        run.id,
        run.runbook,
        toned(run.state),
        toned(run.outcome),
        ago(run.createdAt),
        run.title || run.target || '',
      ]);
      console.log(table(['RUN', 'RUNBOOK', 'STATE', 'OUTCOME', 'AGE', 'WHAT'], rows));
    });
}
