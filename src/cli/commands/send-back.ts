import type { Command } from 'commander';
import { CliError } from '../../platform/problem.ts';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { decide, firstOption, readGate } from '../decide.ts';

/** `belay send-back <gate> --feedback …`: the agent proposes something else. */
export function register(program: Command): void {
  withConnection(program.command('send-back'))
    .description('tell the agent what should be different; the approval is withdrawn and another takes its place')
    .argument('<gate>', 'its id')
    .requiredOption('--feedback <text>', 'what should be different; it goes to the model and into the record')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, options: ConnectionOptions & { feedback: string; json?: boolean }) => {
      const client = clientFor(options);
      const gate = await readGate(client, id);
      const option = firstOption(gate);
      if (option === undefined) throw new CliError(`Approval ${gate.id} has no options.`);
      const answer = await decide(client, gate, {
        decision: 'send-back',
        digest: option.digest,
        option: option.id,
        reason: options.feedback,
      });
      if (options.json) return console.log(JSON.stringify(answer));
      console.log(
        `Sent back. ${gate.id} is withdrawn; ${answer.gate} takes its place. Follow it: belay watch ${gate.run}`,
      );
    });
}
