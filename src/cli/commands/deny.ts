import type { Command } from 'commander';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { decide, readGate } from '../decide.ts';

/** `belay deny <gate> --reason …` */
export function register(program: Command): void {
  withConnection(program.command('deny'))
    .description('deny an approval: none of its options is carried out')
    .argument('<gate>', 'its id')
    .requiredOption('--reason <text>', 'why, for the record')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, options: ConnectionOptions & { reason: string; json?: boolean }) => {
      const client = clientFor(options);
      const gate = await readGate(client, id);
      // A denial is of the whole gate; the contract still wants the digest of something that was shown.
      const shown = gate.options.find((option) => option.recommended) ?? gate.options[0];
      const answer = await decide(client, gate, {
        decision: 'deny',
        digest: shown?.digest ?? '',
        ...(shown !== undefined && { option: shown.id }),
        reason: options.reason,
      });
      console.log(options.json ? JSON.stringify(answer) : `Denied ${gate.id}; nothing of it is carried out.`);
    });
}
