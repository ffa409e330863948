import type { Batch } from '../../domain/batch.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { ActionRow } from '../grants/approval.ts';
import type { Judged } from '../policy/policy-request-of.ts';

/** An action of a batch as policy is asked about it: by what all of them touch and cost. */
export const judgedIn = ({ blastRadius, money }: Pick<Batch, 'blastRadius' | 'money'>, row: ActionRow): Judged => ({
  ...row.preview,
  id: row.id,
  digest: row.digest,
  whole: { blastRadius, money },
});

/** One action of each kind that a batch holds. */
export async function kindsOf(db: Database | Trx, batch: Batch): Promise<Judged[]> {
  const rows = await db
    .selectFrom('actions')
    .selectAll()
    .where(
      'id',
      'in',
      batch.kinds.map(({ id }) => id),
    )
    .execute();
  return rows.map((row) => judgedIn(batch, row));
}
