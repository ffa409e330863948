import type { Selectable } from 'kysely';
import type { LedgerEntry } from '../../../domain/ledger.ts';
import type { HaltsTable } from '../../../platform/database/schema.ts';
import { differing, worded } from './same.ts';

/** How a halt's row differs from the record of the run that stands for it. */
export function haltRowProblems(
  run: string,
  rows: readonly Selectable<HaltsTable>[],
  entries: readonly LedgerEntry[],
): string[] {
  const begun = entries.filter(({ kind }) => kind === 'halt.begun');
  const problems = begun
    .filter(({ body }) => !rows.some(({ id }) => id === body['halt']))
    .map(({ body }) => `run ${run}: halt ${worded(body['halt'])} has no row; it was removed from table halts`);
  for (const row of rows) {
    const body = begun.find((entry) => entry.body['halt'] === row.id)?.body;
    const lifted = entries.find((entry) => entry.kind === 'halt.lifted' && entry.body['halt'] === row.id)?.body;
    if (!body) {
      problems.push(`run ${run}: halt ${row.id} is in table halts and was never begun; it was inserted`);
      continue;
    }
    const wrong = differing({
      scope: [row.scope, body['covers']],
      undo: [row.undo, body['undo']],
      reason: [row.reason, body['reason']],
      person: [row.by, body['by']],
      number: [row.number, body['number']],
      signature: [row.signature, body['signature']],
      'end, of somebody who lifted it,': [row.lift?.signature, lifted?.['signature']],
      'time of its end': [row.lifted_at !== null, lifted !== undefined],
    });
    problems.push(
      ...wrong.map((name) => `run ${run}: the ${name} of halt ${row.id} in table halts is not the one in its record`),
    );
  }
  return problems;
}
