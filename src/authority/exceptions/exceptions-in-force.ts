import { approvalPart, termsDigest } from '../../domain/exception.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { type ExceptionRow, termsOf } from './exception-terms.ts';

/** The authority's signed word for exactly these terms, and nobody's word against it. */
function stands(row: ExceptionRow, key: AuthorityContext['key'], numbers: ReadonlyMap<string, number>): boolean {
  const { id, approval } = row;
  return (
    approval !== null &&
    approval.exception === id &&
    approval.terms === termsDigest(termsOf(row)) &&
    key.verify(approvalPart(approval), approval.keyId, approval.signature) &&
    // Its number is in the sequence as well, and none that revokes it: a row by another hand, or one whose end was
    // removed from it, excepts nothing.
    numbers.get(`exception.in-force ${id}`) === approval.number &&
    !numbers.has(`exception.revoked ${id}`)
  );
}

/** Of these rows, those in force now. Whatever the record does not bear out is in force for nobody: what it covers is found again. */
export async function inForce(
  db: Database | Trx,
  { key, now }: Pick<AuthorityContext, 'key' | 'now'>,
  rows: readonly ExceptionRow[],
): Promise<ExceptionRow[]> {
  const at = now();
  const candidates = rows.filter((row) => row.approved_at !== null && row.revoked_at === null && row.until > at);
  if (candidates.length === 0) return [];
  const numbered = await db
    .selectFrom('sequence')
    .select(['kind', 'subject', 'number'])
    .where('kind', 'in', ['exception.in-force', 'exception.revoked'])
    .where(
      'subject',
      'in',
      candidates.map(({ id }) => id),
    )
    .execute();
  const numbers = new Map(numbered.map(({ kind, subject, number }) => [`${kind} ${subject}`, number]));
  return candidates.filter((row) => stands(row, key, numbers));
}
