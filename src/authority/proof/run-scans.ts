import type { Finding } from '../../domain/finding.ts';
import type { ProofScan } from '../../domain/proof-pack.ts';
import type { Database } from '../../platform/database/connect.ts';

const PAGE = 500;

/** The first and the last scan that a run closed; a run that scanned once has no scan afterwards. */
export async function runScans(
  db: Database,
  run: string,
): Promise<{ before: ProofScan | null; after: ProofScan | null }> {
  const rows = await db
    .selectFrom('scans')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('scan_findings')
        .whereRef('scan', '=', 'scans.id')
        .select((of) => of.fn.countAll<number>().as('count'))
        .as('count'),
    )
    .where('run', '=', run)
    .where('state', '=', 'closed')
    .orderBy('closed_at')
    .execute();
  const scans = rows.flatMap(({ id, facts, digest, closed_at: closed, count }): ProofScan[] => {
    if (!facts || !digest || !closed) return [];
    const { source, scanner, version, madeAt } = facts;
    return [
      { scan: id, source, scanner, version, madeAt, recordedAt: closed.toISOString(), findings: count ?? 0, digest },
    ];
  });
  const [before = null] = scans;
  return { before, after: scans.length > 1 ? (scans.at(-1) ?? null) : null };
}

/** A scan's findings in one order, page by page: memory stays flat. None where there is no scan. */
export async function* findingsIn(db: Database, scan: ProofScan | null): AsyncGenerator<Finding> {
  if (!scan) return;
  for (let after = ''; ;) {
    const rows = await db
      .selectFrom('scan_findings')
      .select(['identity', 'finding'])
      .where('scan', '=', scan.scan)
      .where('identity', '>', after)
      .orderBy('identity')
      .limit(PAGE)
      .execute();
    for (const { finding } of rows) yield finding;
    const last = rows.at(-1);
    if (rows.length < PAGE || !last) return;
    after = last.identity;
  }
}
