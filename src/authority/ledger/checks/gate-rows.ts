import type { GateState } from '../../../domain/gate.ts';
import type { LedgerEntry } from '../../../domain/ledger.ts';
import type { GateRow } from '../../gates/gate-row.ts';
import { differing, same, worded } from './same.ts';

interface Expected {
  readonly states: readonly GateState[];
  readonly chosen: unknown;
}

/** What the record of a gate says its row may be. A frozen gate is stored as open. */
function expectedOf(entries: readonly LedgerEntry[]): Expected {
  let expected: Expected = { states: ['open', 'frozen'], chosen: null };
  for (const { kind, body } of entries) {
    if (kind === 'gate.voided') expected = { ...expected, states: ['void'] };
    if (kind === 'gate.expired') expected = { ...expected, states: ['expired'] };
    if (kind === 'action.intended') expected = { ...expected, states: ['executing', 'done', 'in-doubt'] };
    if (kind !== 'gate.decided') continue;
    const denied = body['state'] === 'denied';
    expected = {
      states: denied ? ['denied'] : body['state'] === 'done' ? ['done'] : ['approved'],
      chosen: denied ? null : body['option'],
    };
  }
  return expected;
}

function rowProblems(row: GateRow, entries: readonly LedgerEntry[]): string[] {
  const last = (kind: LedgerEntry['kind']) => entries.findLast((entry) => entry.kind === kind)?.body;
  const opened = last('gate.opened');
  if (!opened) return [`run ${row.run}: gate ${row.id} is in table gates and was never opened; it was inserted`];
  const { states, chosen } = expectedOf(entries);
  const wrong = [
    ...(states.includes(row.state) ? [] : [`state (${row.state} in place of ${states.join(' or ')})`]),
    ...differing({
      'chosen option': [row.chosen, chosen],
      requirement: [row.requirement, opened['requirement']],
      bundle: [row.bundle, opened['bundle']],
      options: [row.options.map(({ id, title, digest }) => ({ id, title, digest })), opened['options']],
      expiry: [row.expires_at.toISOString(), opened['expiresAt']],
      'groups asked too': [row.escalated_to, last('gate.escalated')?.['to'] ?? []],
      successor: [row.revision?.next, last('gate.revised')?.['next']],
      special: [row.special, last('gate.decided')?.['special']],
    }),
  ];
  return wrong.map(
    (name) => `run ${row.run}: the ${name} of gate ${row.id} in table gates is not the one in its record`,
  );
}

/** How the rows of a run's gates differ from its record; gates without a row, and rows without a record. */
export function gateRowProblems(run: string, rows: readonly GateRow[], entries: readonly LedgerEntry[]): string[] {
  const lost = entries.filter(
    ({ kind, body }) => kind === 'gate.opened' && !rows.some(({ id }) => same(id, body['gate'])),
  );
  return [
    ...lost.map(
      ({ seq, body }) =>
        `run ${run}: gate ${worded(body['gate'])} of entry ${seq} has no row; it was removed from table gates`,
    ),
    ...rows.flatMap((row) =>
      rowProblems(
        row,
        entries.filter(({ body }) => same(body['gate'], row.id)),
      ),
    ),
  ];
}
