import type { Selectable } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import { countsOf, type ScanChanges, scanDigest } from '../../domain/scan.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { ScansTable } from '../../platform/database/schema-findings.ts';
import { append } from '../ledger/append.ts';
import type { RequestOf } from '../protocol.ts';
import { applyScan } from './apply-scan.ts';

type Close = NonNullable<RequestOf<'recordScan'>['close']>;

/**
 * Ends a scan that has come whole, in the transaction of its last chunk: what is known follows it, and the run's record
 * says so with counts and a hash over all of it. @throws Failure `stop.invalid-input` when something of it is missing.
 */
export async function closeScan(
  trx: Trx,
  now: Date,
  { id, run, source }: Pick<Selectable<ScansTable>, 'id' | 'run' | 'source'>,
  { facts: said, count, digest }: Close,
): Promise<ScanChanges> {
  const findings = await trx.selectFrom('scan_findings').select(['status', 'digest']).where('scan', '=', id).execute();
  if (findings.length !== count)
    throw new Failure('stop.invalid-input', `scan ${id} has come with ${findings.length} of its ${count} findings`);
  if (scanDigest(findings.map((one) => one.digest)) !== digest)
    throw new Failure('stop.invalid-input', `scan ${id} has not come as it was sent`);
  const facts = { source, ...said };
  const changes = await applyScan(trx, now, { id, scanner: facts.scanner, madeAt: facts.madeAt });
  await trx
    .updateTable('scans')
    .set({
      state: 'closed',
      facts: JSON.stringify(facts),
      digest,
      changes: JSON.stringify(changes),
      closed_at: now,
    })
    .where('id', '=', id)
    .execute();
  const { scanner, version, madeAt, unusable, duplicates } = facts;
  await append(trx, now, run, 'scan.recorded', {
    scan: id,
    source,
    scanner,
    version,
    madeAt,
    counts: countsOf(findings),
    changes,
    unusable,
    duplicates,
    digest,
  });
  return changes;
}
