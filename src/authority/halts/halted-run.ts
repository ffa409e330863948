import { z } from 'zod';
import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { readChain } from '../ledger/read.ts';
import type { RunRow } from '../runs/known-run.ts';
import { lockRun } from '../runs/lock-run.ts';
import { haltOver } from './halt-over.ts';

/** A run met a halt: it is halted from now on, said once. The caller holds its row. */
export async function markHalted(trx: Trx, now: Date, run: RunRow, action: string, reason: string): Promise<void> {
  if (run.state === 'halted') return;
  await trx.updateTable('runs').set({ state: 'halted' }).where('id', '=', run.id).execute();
  await append(trx, now, run.id, 'run.halted', { action, reason });
}

/** A halted run goes on: it waits again where a gate of its own is open, and runs otherwise. The caller holds its row. */
export async function markResumed(trx: Trx, now: Date, run: RunRow): Promise<void> {
  if (run.state !== 'halted') return;
  const waits = await trx
    .selectFrom('gates')
    .select('id')
    .where('run', '=', run.id)
    .where('state', '=', 'open')
    .where('kind', 'in', ['action', 'plan', 'batch'])
    .executeTakeFirst();
  await trx
    .updateTable('runs')
    .set({ state: waits ? 'waiting' : 'running' })
    .where('id', '=', run.id)
    .execute();
  await append(trx, now, run.id, 'run.resumed', {});
}

const Met = z.object({ action: z.string() });

/** Takes a run out of `halted` when nothing halts any more what it met. Called before it is woken. */
export async function resumeRun(context: AuthorityContext, id: string): Promise<void> {
  await context.db.transaction().execute(async (trx) => {
    const run = await lockRun(trx, id);
    if (run?.state !== 'halted') return;
    const last = (await readChain(trx, id)).findLast(({ kind }) => kind === 'run.halted');
    const met = Met.safeParse(last?.body).data;
    const action = met && (await trx.selectFrom('actions').selectAll().where('id', '=', met.action).executeTakeFirst());
    const scoped = { runbook: run.runbook, tool: action?.tool ?? '', targetKey: action?.target_key ?? '' };
    if (!(await haltOver(trx, scoped))) await markResumed(trx, context.now(), run);
  });
}
