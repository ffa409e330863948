import type { LedgerEntry } from '../../../domain/ledger.ts';
import type { Trx } from '../../../platform/database/connect.ts';
import { decisionRowProblems } from './decision-rows.ts';
import { exceptionRowProblems } from './exception-rows.ts';
import { gateRowProblems } from './gate-rows.ts';
import { haltRowProblems } from './halt-rows.ts';
import { actionRowProblems, intentRowProblems } from './intent-rows.ts';
import { runRowProblems } from './run-row.ts';

/** How everything that lists and cards show of a run differs from its record. `entries` is its whole, unbroken chain. */
export async function tableProblems(trx: Trx, run: string, entries: readonly LedgerEntry[]): Promise<string[]> {
  const row = await trx.selectFrom('runs').selectAll().where('id', '=', run).executeTakeFirst();
  const gates = await trx.selectFrom('gates').selectAll().where('run', '=', run).execute();
  const decisions = await trx
    .selectFrom('decisions')
    .innerJoin('gates', 'gates.id', 'decisions.gate')
    .selectAll('decisions')
    .where('gates.run', '=', run)
    .execute();
  const intents = await trx.selectFrom('intents').selectAll().where('run', '=', run).execute();
  const actions = await trx.selectFrom('actions').selectAll().where('run', '=', run).execute();
  const halts = await trx.selectFrom('halts').selectAll().where('run', '=', run).execute();
  const exceptions = await trx.selectFrom('exceptions').selectAll().where('run', '=', run).execute();
  return [
    ...(row
      ? runRowProblems(row, entries)
      : [`run ${run}: it has a record and no row; it was removed from table runs`]),
    ...gateRowProblems(run, gates, entries),
    ...decisionRowProblems(run, decisions, entries),
    ...intentRowProblems(run, intents, entries),
    ...actionRowProblems(run, actions, entries),
    ...haltRowProblems(run, halts, entries),
    ...exceptionRowProblems(run, exceptions, entries),
  ];
}
