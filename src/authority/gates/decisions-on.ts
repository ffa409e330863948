import type { DecisionRecord } from '../../domain/decision.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { revokedSince, stillListed } from '../people/revoked.ts';

/** All decisions on a gate, in the order they were made; also those that were revoked since. */
export async function decisionsOn(db: Database | Trx, gate: string): Promise<DecisionRecord[]> {
  const rows = await db.selectFrom('decisions').select('record').where('gate', '=', gate).orderBy('seq').execute();
  return rows.map((row) => row.record);
}

/** What the sequence calls a decision when it is revoked: not the gate alone, for the gate may still be decided by others. */
export const revocationSubject = ({ gate, number }: Pick<DecisionRecord, 'gate' | 'number'>): string =>
  `${gate}#${number}`;

/** Numbers of those of the decisions that were revoked. Read from the sequence, out of which nothing is taken unseen. */
export async function revokedAmong(db: Database | Trx, decisions: readonly DecisionRecord[]): Promise<Set<number>> {
  if (decisions.length === 0) return new Set();
  const rows = await db
    .selectFrom('sequence')
    .select('subject')
    .where('kind', '=', 'approval.revoked')
    .where('subject', 'in', decisions.map(revocationSubject))
    .execute();
  const revoked = new Set(rows.map(({ subject }) => subject));
  return new Set(decisions.filter((one) => revoked.has(revocationSubject(one))).map(({ number }) => number));
}

/**
 * Those of the decisions that still count, with the groups in which they do: nobody revoked them, and the directory still
 * lists their people. One that was revoked once stays so, also when its person comes back.
 */
export async function stillCounting(
  db: Database | Trx,
  { bundle }: Pick<AuthorityContext, 'bundle'>,
  decisions: readonly DecisionRecord[],
): Promise<DecisionRecord[]> {
  const { directory } = bundle();
  const revoked = await revokedAmong(db, decisions);
  return decisions
    .filter((one) => !revoked.has(one.number) && revokedSince(directory, one) === undefined)
    .map((one) => stillListed(directory, one));
}
