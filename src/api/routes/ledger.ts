import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Checkpoint } from '../../domain/checkpoint.ts';
import { DoctorLine } from '../../domain/doctor-line.ts';
import { LedgerEntry } from '../../domain/ledger.ts';
import type { ExportScope } from '../../domain/ledger-bundle.ts';
import { HttpProblem } from '../../platform/http/problem.ts';
import type { ServerOptions } from '../server-options.ts';
import { zipOf } from '../zip.ts';
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

/** A day is its beginning in UTC; what else is given is a point in time. Stored and compared in one spelling. */
const Moment = z
  .union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    'is a date or a time, such as 2026-03-01 or 2026-03-01T12:00:00Z',
  )
  .transform((text) => new Date(text).toISOString());

const ExportQuery = z.strictObject({
  run: z.string('names the run to export').max(50).optional(),
  from: Moment.optional(),
  to: Moment.optional(),
});

/** The record of a run, whether the whole record holds, and the record to take away. */
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
  routes.get(
    '/api/ledger/export',
    { schema: { tags, summary: 'A bundle to check elsewhere, as a zip', querystring: ExportQuery } },
    async ({ query }, reply) => {
      const scope = await scopeOf(query);
      const files = await doors.exportLedger(scope);
      const name = 'run' in scope ? scope.run : `${scope.from.slice(0, 10)}_${scope.to.slice(0, 10)}`;
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="belay-${name}.zip"`)
        .send(Readable.from(zipOf(files)));
    },
  );
  routes.post(
    '/api/ledger/checkpoints',
    { schema: { tags, summary: 'Seal what was recorded so far', response: { 200: Checkpoint } } },
    () => doors.sealCheckpoint(),
  );
  routes.get(
    '/api/doctor',
    {
      schema: {
        tags: ['operation'],
        summary: 'What this server knows of itself',
        response: { 200: z.object({ findings: z.array(DoctorLine) }) },
      },
    },
    async () => ({ findings: await doors.doctorLines() }),
  );

  async function scopeOf({ run, from, to }: z.output<typeof ExportQuery>): Promise<ExportScope> {
    if (run !== undefined && from === undefined && to === undefined) return { run: (await findRun(doors, run)).id };
    if (run === undefined && from !== undefined && to !== undefined) {
      if (from >= to) throw new HttpProblem(400, 'from must be before to.');
      return { from, to };
    }
    throw new HttpProblem(400, 'Give run, or from and to.');
  }
}
