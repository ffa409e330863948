import type { LedgerEntry, LedgerKind } from '../../../domain/ledger.ts';
import type { Trx } from '../../../platform/database/connect.ts';
import { differing, worded } from './same.ts';

/** What a table has of things that the system chain says were added, and of which it says they ended. */
function problemsOf(
  table: string,
  rows: readonly { id: string; is: Record<string, unknown>; ended: boolean }[],
  added: ReadonlyMap<string, Record<string, unknown>>,
  ended: ReadonlySet<string>,
): string[] {
  const lost = [...added.keys()].filter((id) => !rows.some((row) => row.id === id));
  return [
    ...lost.map((id) => `${id} was added and has no row; it was removed from table ${table}`),
    ...rows.flatMap(({ id, is, ended: over }) => {
      const body = added.get(id);
      if (!body) return [`${id} is in table ${table} and was never added; it was inserted`];
      const pairs = Object.entries(is).map(([name, value]) => [name, [value, body[name]] as const]);
      const wrong = differing({ ...Object.fromEntries(pairs), end: [over, ended.has(id)] });
      return wrong.map((name) => `the ${name} of ${id} in table ${table} is not the one in the record`);
    }),
  ];
}

/** How freezes, passkeys and bundles differ from the chain of what belongs to no run. */
export async function systemRowProblems(trx: Trx, entries: readonly LedgerEntry[]): Promise<string[]> {
  const of = (kind: LedgerKind, key: string) =>
    new Map(entries.filter((entry) => entry.kind === kind).map(({ body }) => [worded(body[key]), body]));
  const freezes = await trx.selectFrom('freezes').selectAll().execute();
  const passkeys = await trx.selectFrom('passkeys').selectAll().execute();
  const bundles = await trx.selectFrom('bundles').select('hash').execute();
  return [
    ...problemsOf(
      'freezes',
      freezes.map(({ id, scope, reason, by, lifted_at: lifted, ...row }) => ({
        id,
        is: { scope, reason, by, from: row.starts_at.toISOString(), to: row.ends_at.toISOString() },
        ended: lifted !== null,
      })),
      of('freeze.added', 'id'),
      new Set(of('freeze.lifted', 'id').keys()),
    ),
    ...problemsOf(
      'passkeys',
      passkeys.map(({ id, record, revoked_at: revoked }) => ({ id, is: record, ended: revoked !== null })),
      of('passkey.added', 'id'),
      new Set(of('passkey.revoked', 'id').keys()),
    ),
    ...problemsOf(
      'bundles',
      [...new Set(bundles.map(({ hash }) => hash))].map((id) => ({ id, is: {}, ended: false })),
      of('bundle.activated', 'hash'),
      new Set(),
    ),
  ];
}
