import type { Command } from 'commander';
import { z } from 'zod';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';

const Code = z.looseObject({ code: z.string() });

/** `belay sign-in` */
export function register(program: Command): void {
  withConnection(program.command('sign-in'))
    .description('get a one-time code that signs a browser in')
    .action(async (options: ConnectionOptions) => {
      const client = clientFor(options);
      const { code } = await client.post('/api/sign-in-codes', {}, Code);
      console.log(`Open ${client.url}/signin and enter ${code}. It works once, for ten minutes.`);
    });
}
