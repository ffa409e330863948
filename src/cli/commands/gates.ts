import type { Command } from 'commander';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { table } from '../text/table.ts';
import { ago } from '../text/times.ts';
import { toned } from '../text/tones.ts';
import { GateList } from '../views.ts';

/** `belay gates` */
export function register(program: Command): void {
  withConnection(program.command('gates'))
    .description('list approvals that wait for people')
    .option('--all', 'decided ones too')
    .option('--json', 'print the answer as JSON')
    .action(async (options: ConnectionOptions & { all?: boolean; json?: boolean }) => {
      const answer = await clientFor(options).get(`/api/gates${options.all ? '' : '?state=open'}`, GateList);
      if (options.json) return console.log(JSON.stringify(answer));
      if (answer.gates.length === 0)
        return console.log(options.all ? 'No approvals yet.' : 'Nothing waits for approval.');
      const rows = answer.gates.map((gate) => [
        gate.id,
        gate.run,
        toned(gate.state),
        ago(gate.openedAt),
        gate.missing.join(', '),
        gate.title ?? gate.sentence ?? '',
      ]);
      console.log(table(['GATE', 'RUN', 'STATE', 'AGE', 'MISSING', 'WHAT'], rows));
    });
}
