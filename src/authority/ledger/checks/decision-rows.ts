import type { Selectable } from 'kysely';
import type { LedgerEntry } from '../../../domain/ledger.ts';
import type { DecisionsTable } from '../../../platform/database/schema.ts';
import { same } from './same.ts';

/** How the decisions that are counted differ from those on record. */
export function decisionRowProblems(
  run: string,
  rows: readonly Selectable<DecisionsTable>[],
  entries: readonly LedgerEntry[],
): string[] {
  const recorded = entries.filter(({ kind }) => kind === 'decision.recorded');
  const lost = recorded.filter(({ body }) => !rows.some(({ record }) => same(record.number, body['number'])));
  const wrong = rows.filter(
    ({ gate, person, record }) =>
      gate !== record.gate || person !== record.standing.person || !recorded.some(({ body }) => same(record, body)),
  );
  return [
    ...lost.map(
      ({ seq }) => `run ${run}: the decision of entry ${seq} has no row; it was removed from table decisions`,
    ),
    ...wrong.map(
      ({ gate, person, record }) =>
        `run ${run}: the decision of ${person} on ${gate} (number ${record.number}) in table decisions is not in its record; it was changed or inserted`,
    ),
  ];
}
