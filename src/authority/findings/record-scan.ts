import { digestOf } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import { type Finding, findingIdentity } from '../../domain/finding.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { again } from '../../platform/database/again.ts';
import type { AuthorityContext } from '../context.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun } from '../runs/known-run.ts';
import { closeScan } from './close-scan.ts';

/** A worker says which finding it is; the authority only takes what that follows from. */
function checkIdentity({ identity, scanner, check, account, region, resource }: Finding): void {
  if (identity !== findingIdentity({ scanner, check, account, region, resource: resource.uid }))
    throw new Failure('stop.invalid-input', `the identity of ${check} on ${resource.uid} is not its own`);
}

/** The scan's row, made with its first chunk. @throws Failure where another run, or another source, has that id. */
async function scanOf(trx: Trx, now: Date, { scan: id, run, system, connection }: RequestOf<'recordScan'>) {
  const source = `${system}.${connection}`;
  await trx
    .insertInto('scans')
    .values({
      id,
      run,
      source,
      state: 'open',
      facts: null,
      digest: null,
      changes: null,
      opened_at: now,
      closed_at: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  const row = await trx.selectFrom('scans').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  if (row.run !== run || row.source !== source)
    throw new Failure('stop.invalid-input', `scan ${id} is of another run or source`);
  return row;
}

/** Takes a chunk of a scan. With `close`, and only when all of it has come, what is known of findings follows it. */
export async function recordScan(
  context: AuthorityContext,
  request: RequestOf<'recordScan'>,
): Promise<ResponseOf<'recordScan'>> {
  request.findings.forEach(checkIdentity);
  const now = context.now();
  return await again(() =>
    context.db.transaction().execute(async (trx) => {
      await openRun(trx, request);
      const scan = await scanOf(trx, now, request);
      // Its close came before and was answered, or the answer was lost.
      if (scan.state === 'closed') return { changes: scan.changes };
      if (request.findings.length > 0)
        await trx
          .insertInto('scan_findings')
          .values(
            request.findings.map((finding) => ({
              scan: scan.id,
              identity: finding.identity,
              status: finding.status,
              check_id: finding.check,
              account: finding.account,
              region: finding.region,
              finding: JSON.stringify(finding),
              digest: digestOf(finding),
            })),
          )
          .onConflict((conflict) => conflict.columns(['scan', 'identity']).doNothing())
          .execute();
      return { changes: request.close ? await closeScan(trx, now, scan, request.close) : null };
    }),
  );
}
