import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { LedgerEntry } from '../../domain/ledger.ts';
import type { ServerOptions } from '../server-options.ts';
import { findRun } from './runs.ts';
import { typed } from './typed.ts';

const tags = ['record'];
const Report = z.object({
  ok: z.boolean(),
  runs: z.number(),
  entries: z.number(),
  problems: z.array(z.string()).readonly(),
  caveats: z.array(z.string()).readonly(),
});

/** The record of a run, and whether the whole record holds. */
export async function ledgerRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  const routes = typed(app);
  routes.get(
    '/api/ledger',
    {
      schema: {
        tags,
        summary: "A run's ledger",
        querystring: z.strictObject({ run: z.string('names the run whose ledger is wanted').max(50) }),
        response: { 200: z.object({ entries: z.array(LedgerEntry) }) },
      },
    },
    async ({ query }) => ({ entries: await doors.ledger((await findRun(doors, query.run)).id) }),
  );
  routes.get(
    '/api/ledger/verify',
    {
      schema: { tags, summary: 'Check every chain and signature', response: { 200: Report } },
    },
    () => doors.verifyLedger(),
  );
}
