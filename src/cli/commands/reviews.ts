import type { Command } from 'commander';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { printHalts } from '../halts-on-top.ts';
import { table } from '../text/table.ts';
import { ago } from '../text/times.ts';
import { subjectOf } from '../text/subject-of.ts';
import { GateList } from '../views.ts';

/** `belay reviews`: what was done without the usual approvals and nobody has looked at yet. */
export function register(program: Command): void {
  withConnection(program.command('reviews'))
    .description('list what was forced or done alone and waits to be looked at')
    .option('--json', 'print the answer as JSON')
    .action(async (options: ConnectionOptions & { json?: boolean }) => {
      const client = clientFor(options);
      const { gates } = await client.get('/api/gates?state=open', GateList);
      const reviews = gates.filter(({ kind }) => kind === 'review');
      if (options.json) return console.log(JSON.stringify({ gates: reviews }));
      await printHalts(client);
      if (reviews.length === 0) return console.log('Nothing waits to be reviewed.');
      const rows = reviews.map((gate) => [
        gate.id,
        gate.run,
        ago(gate.openedAt),
        gate.missing.join(', '),
        subjectOf(gate),
      ]);
      console.log(table(['REVIEW', 'RUN', 'AGE', 'MISSING', 'WHAT'], rows));
      console.log(
        '\nLook at one with: belay gates <review>; say so with: belay approve <review>, or belay deny <review>',
      );
    });
}
