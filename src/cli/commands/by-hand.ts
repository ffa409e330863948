import type { Command } from 'commander';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { chosenOption, decide, readGate } from '../decide.ts';

interface Options extends ConnectionOptions {
  readonly option?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

/** `belay by-hand <gate>`: a person did it; the run looks, verifies and records that. */
export function register(program: Command): void {
  withConnection(program.command('by-hand'))
    .description('say that you did it by hand: Belay does not do it, looks at what is there and checks the result')
    .argument('<gate>', 'its id')
    .option('--option <id>', 'which option you did, when there are several')
    .option('--reason <text>', 'what you did, for the record')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, options: Options) => {
      const client = clientFor(options);
      const gate = await readGate(client, id);
      const option = chosenOption(gate, options);
      const answer = await decide(client, gate, {
        decision: 'by-hand',
        digest: option.digest,
        option: option.id,
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      });
      console.log(
        options.json
          ? JSON.stringify(answer)
          : `Recorded: you did ${gate.id} by hand. Belay checks the result; follow it with: belay watch ${gate.run}`,
      );
    });
}
