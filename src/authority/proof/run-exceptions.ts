import type { Exception, ExceptionApproval } from '../../domain/exception.ts';
import type { ProofScan } from '../../domain/proof-pack.ts';
import type { AuthorityContext } from '../context.ts';
import { exceptionViews } from '../exceptions/exception-view.ts';

/** An exception as a pack carries it: with the authority's own word for it. */
export type ProvenException = Exception & { readonly approval: ExceptionApproval | null };

/** Every exception about a resource that these scans found something on, whatever became of it. */
export async function runExceptions(
  context: AuthorityContext,
  scans: readonly (ProofScan | null)[],
): Promise<ProvenException[]> {
  const ids = scans.flatMap((scan) => (scan ? [scan.scan] : []));
  if (ids.length === 0) return [];
  const { db } = context;
  const rows = await db
    .selectFrom('exceptions')
    .selectAll()
    .where((eb) =>
      eb(
        'resource',
        'in',
        eb
          .selectFrom('scan_findings')
          .select((of) => of.ref('finding', '->>').key('key').as('key'))
          .where('scan', 'in', ids),
      ),
    )
    .orderBy('requested_at')
    .execute();
  const views = await exceptionViews(db, context, rows);
  return views.map((view) => ({ ...view, approval: rows.find(({ id }) => id === view.id)?.approval ?? null }));
}
