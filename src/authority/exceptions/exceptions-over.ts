import { type Excepted, excepts } from '../../domain/exception.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { type ExceptionRow, termsOf } from './exception-terms.ts';
import { inForce } from './exceptions-in-force.ts';

/** Those that together except it: from the runbook itself, or from each of its checks; none where one check is left. */
function covering(rows: readonly ExceptionRow[], { resource, runbook, checks }: Excepted): ExceptionRow[] {
  const over = (check: string | undefined) => rows.find((row) => excepts(termsOf(row), { resource, runbook, check }));
  const whole = over(undefined);
  if (whole) return [whole];
  const each = checks.map(over);
  const found = [...new Set(each)].filter((row) => row !== undefined);
  return checks.length > 0 && each.every((row) => row !== undefined) ? found : [];
}

/**
 * The exceptions in force over these resources, by their keys; a resource that some check still objects to is not there.
 * Asked about many at once: one decision may be about thousands.
 */
export async function exceptionsOver(
  db: Database | Trx,
  context: Pick<AuthorityContext, 'key' | 'now'>,
  asked: readonly Excepted[],
): Promise<Map<string, readonly ExceptionRow[]>> {
  if (asked.length === 0) return new Map();
  const rows = await db
    .selectFrom('exceptions')
    .selectAll()
    .where(
      'resource',
      'in',
      asked.map(({ resource }) => resource),
    )
    .where('until', '>', context.now())
    .orderBy('until', 'desc')
    .execute();
  const standing = Map.groupBy(await inForce(db, context, rows), ({ resource }) => resource);
  const found = asked.map((one) => [one.resource, covering(standing.get(one.resource) ?? [], one)] as const);
  return new Map(found.filter(([, over]) => over.length > 0));
}

/** Why something is left alone, in words: what goes into the record. */
export const exceptionText = (rows: readonly ExceptionRow[]): string =>
  rows
    .map(
      ({ id, owner, until, reason }) =>
        `exception ${id} until ${until.toISOString().slice(0, 10)}, ${owner} answers for it: ${reason}`,
    )
    .join('; ');
