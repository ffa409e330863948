import type { Command } from 'commander';
import { z } from 'zod';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';

const Answer = z.looseObject({ responder: z.string(), repeated: z.boolean().default(false) });

/** `belay ack <run>`: you are on its incident. */
export function register(program: Command): void {
  withConnection(program.command('ack'))
    .description('say that you are on the incident of a run')
    .argument('<run>', 'its id')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, options: ConnectionOptions & { json?: boolean }) => {
      const answer = await clientFor(options).post(`/api/runs/${encodeURIComponent(id)}/acknowledge`, {}, Answer);
      if (options.json) return console.log(JSON.stringify(answer));
      console.log(answer.repeated ? `${answer.responder} is on it already.` : `${answer.responder} is on it.`);
    });
}
