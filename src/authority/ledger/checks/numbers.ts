import type { LedgerEntry, LedgerKind } from '../../../domain/ledger.ts';
import type { Numbered } from '../../../domain/sequence.ts';
import { worded } from './same.ts';

/** Kinds of entries that always take a number. Others may; a checkpoint's number is its own. */
const ALWAYS: ReadonlySet<LedgerKind> = new Set([
  'gate.opened',
  'gate.voided',
  'gate.expired',
  'decision.recorded',
  'approval.revoked',
  'halt.begun',
  'halt.lifted',
  'exception.in-force',
  'exception.revoked',
]);

/** Where a chain and the sequence do not tell the same: a number without its entry, an entry without its number. */
export function unmatchedNumbers(
  chain: string,
  entries: readonly LedgerEntry[],
  numbers: readonly Numbered[],
): string[] {
  const problems: string[] = [];
  const left = new Map(numbers.map((row) => [row.number, row]));
  for (const { kind, seq, body } of entries) {
    if (!ALWAYS.has(kind) && !numbers.some((row) => row.kind === kind)) continue;
    const { number } = body;
    const row = typeof number === 'number' ? left.get(number) : undefined;
    if (row?.kind === kind) left.delete(row.number);
    else problems.push(`run ${chain}, entry ${seq} (${kind}): its number ${worded(number)} is not in the sequence`);
  }
  for (const row of left.values())
    problems.push(
      `run ${chain}: number ${row.number} of the sequence (${row.kind} of ${row.subject}) has no entry in it`,
    );
  return problems;
}
