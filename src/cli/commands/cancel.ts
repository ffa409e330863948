import type { Command } from 'commander';
import { z } from 'zod';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';

/** `belay cancel <id>` */
export function register(program: Command): void {
  withConnection(program.command('cancel'))
    .description('cancel a run; what it did is undone as its plan says')
    .argument('<run>', 'its id')
    .option('--reason <text>', 'why, for the record')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, options: ConnectionOptions & { reason?: string; json?: boolean }) => {
      const body = options.reason === undefined ? {} : { reason: options.reason };
      const answer = await clientFor(options).post(`/api/runs/${encodeURIComponent(id)}/cancel`, body, z.unknown());
      console.log(
        options.json ? JSON.stringify(answer ?? {}) : `Cancelling run ${id}. Follow it with: belay watch ${id}`,
      );
    });
}
