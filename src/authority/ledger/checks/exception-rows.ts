import type { Selectable } from 'kysely';
import type { LedgerEntry } from '../../../domain/ledger.ts';
import type { ExceptionsTable } from '../../../platform/database/schema-findings.ts';
import { differing, worded } from './same.ts';

/** How an exception's row differs from the record of the run that stands for it. */
export function exceptionRowProblems(
  run: string,
  rows: readonly Selectable<ExceptionsTable>[],
  entries: readonly LedgerEntry[],
): string[] {
  const of = (kind: LedgerEntry['kind'], id: unknown) =>
    entries.find((entry) => entry.kind === kind && entry.body['exception'] === id)?.body;
  const requested = entries.filter(({ kind }) => kind === 'exception.requested');
  const problems = requested
    .filter(({ body }) => !rows.some(({ id }) => id === body['exception']))
    .map(
      ({ body }) =>
        `run ${run}: exception ${worded(body['exception'])} has no row; it was removed from table exceptions`,
    );
  for (const row of rows) {
    const body = of('exception.requested', row.id);
    const approved = of('exception.in-force', row.id);
    const revoked = of('exception.revoked', row.id);
    if (!body) {
      problems.push(`run ${run}: exception ${row.id} is in table exceptions and was never asked for; it was inserted`);
      continue;
    }
    const wrong = differing({
      resource: [row.resource, body['resource']],
      check: [row.check_id, body['check']],
      runbook: [row.runbook, body['runbook']],
      owner: [row.owner, body['owner']],
      reason: [row.reason, body['reason']],
      'compensating control': [row.control, body['control']],
      expiry: [row.until.toISOString(), body['until']],
      person: [row.by, body['by']],
      approval: [row.approval?.signature, approved?.['signature']],
      'time of its approval': [row.approved_at !== null, approved !== undefined],
      revocation: [row.revoked_at !== null, revoked !== undefined],
    });
    problems.push(
      ...wrong.map(
        (name) => `run ${run}: the ${name} of exception ${row.id} in table exceptions is not the one in its record`,
      ),
    );
  }
  return problems;
}
