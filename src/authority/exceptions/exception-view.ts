import type { Exception, ExceptionState } from '../../domain/exception.ts';
import type { GateState } from '../../domain/gate.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { type ExceptionRow, termsOf } from './exception-terms.ts';
import { inForce } from './exceptions-in-force.ts';

function stateOf(row: ExceptionRow, standing: boolean, gate: GateState | undefined, now: Date): ExceptionState {
  if (row.revoked_at !== null) return 'revoked';
  if (standing) return 'in-force';
  if (gate === 'denied') return 'denied';
  // Approved by its row and borne out by nothing: in force it is not.
  if (row.until <= now || row.approved_at !== null || gate !== 'open') return 'expired';
  return 'requested';
}

/** Exceptions as every view shows them, in the order given, each with the gate at which it is approved. */
export async function exceptionViews(
  db: Database | Trx,
  context: Pick<AuthorityContext, 'key' | 'now'>,
  rows: readonly ExceptionRow[],
): Promise<Exception[]> {
  if (rows.length === 0) return [];
  const now = context.now();
  const standing = new Set((await inForce(db, context, rows)).map(({ id }) => id));
  const gates = await db
    .selectFrom('gates')
    .select(['id', 'run', 'state', 'expires_at'])
    .where('kind', '=', 'exception')
    .where(
      'run',
      'in',
      rows.map(({ run }) => run),
    )
    .execute();
  return rows.map((row) => {
    const gate = gates.find(({ run }) => run === row.run);
    const waits = gate?.state === 'open' && gate.expires_at <= now ? 'expired' : gate?.state;
    return {
      ...termsOf(row),
      id: row.id,
      state: stateOf(row, standing.has(row.id), waits, now),
      by: row.by,
      requestedAt: row.requested_at.toISOString(),
      gate: gate?.id ?? null,
      approvedAt: row.approved_at?.toISOString() ?? null,
      revokedAt: row.revoked_at?.toISOString() ?? null,
    };
  });
}
