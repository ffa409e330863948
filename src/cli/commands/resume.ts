import type { Command } from 'commander';
import { z } from 'zod';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';

const Answer = z.looseObject({
  halt: z.string(),
  gate: z.string(),
  lifted: z.boolean(),
  missing: z.array(z.string()).default([]),
});

/** `belay resume [halt]`: one person's word that a halt may end. */
export function register(program: Command): void {
  withConnection(program.command('resume'))
    .description('say that a halt may end; it ends when everybody whom policy asks for said so')
    .argument('[halt]', 'its id, such as h-7k2m9q, when there are several')
    .option('--reason <text>', 'why it is safe, for the record')
    .option('--json', 'print the answer as JSON')
    .action(async (halt: string | undefined, options: ConnectionOptions & { reason?: string; json?: boolean }) => {
      const { reason } = options;
      const body = { ...(halt === undefined ? {} : { halt }), ...(reason === undefined ? {} : { reason }) };
      const answer = await clientFor(options).post('/api/resume', body, Answer);
      if (options.json) return console.log(JSON.stringify(answer));
      console.log(
        answer.lifted
          ? `Resumed: ${answer.halt} is over.`
          : `Said so. ${answer.halt} stays until it is complete; still missing: ${answer.missing.join(', ')} (${answer.gate}).`,
      );
    });
}
