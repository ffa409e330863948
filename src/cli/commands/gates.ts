import type { Command } from 'commander';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { readGate } from '../decide.ts';
import { printHalts } from '../halts-on-top.ts';
import { gateCard } from '../text/gate-card.ts';
import { subjectOf } from '../text/subject-of.ts';
import { table } from '../text/table.ts';
import { ago } from '../text/times.ts';
import { toned } from '../text/tones.ts';
import { GateList } from '../views.ts';

/** `belay gates [gate]` */
export function register(program: Command): void {
  withConnection(program.command('gates'))
    .description('list approvals that wait for people, or show one whole')
    .argument('[gate]', 'id of an approval to show')
    .option('--all', 'decided ones too')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string | undefined, options: ConnectionOptions & { all?: boolean; json?: boolean }) => {
      const client = clientFor(options);
      if (id !== undefined) {
        const gate = await readGate(client, id);
        if (options.json) return console.log(JSON.stringify(gate));
        await printHalts(client);
        return console.log(gateCard(gate));
      }
      const answer = await client.get(`/api/gates${options.all ? '' : '?state=open'}`, GateList);
      if (options.json) return console.log(JSON.stringify(answer));
      await printHalts(client);
      if (answer.gates.length === 0)
        return console.log(options.all ? 'No approvals yet.' : 'Nothing waits for approval.');
      const rows = answer.gates.map((gate) => [
        gate.id,
        gate.run,
        toned(gate.state),
        ago(gate.openedAt),
        gate.missing.join(', '),
        subjectOf(gate),
      ]);
      console.log(table(['GATE', 'RUN', 'STATE', 'AGE', 'MISSING', 'WHAT'], rows));
    });
}
