import { sql } from 'kysely';
import type { ScanChanges } from '../../domain/scan.ts';
import type { Trx } from '../../platform/database/connect.ts';

/** One scan at a time: two that close at once would each count what the other changes. Any number that nothing else uses. */
const FINDINGS_LOCK = 7420_0004;

/**
 * Brings what is known of findings up to date with a closed scan. A finding is gone when the scan says that it passes, or
 * when it looked in the same place (check, account and region) and did not find it. Where it said nothing of a place,
 * nothing is known and nothing changes; the same holds for what it was told to look away from, and for a scan that is
 * older than what is known.
 */
export async function applyScan(
  trx: Trx,
  now: Date,
  { id, scanner, madeAt }: { id: string; scanner: string; madeAt: string | null },
): Promise<ScanChanges> {
  const looked = madeAt === null || new Date(madeAt) > now ? now : new Date(madeAt);
  await sql`select pg_advisory_xact_lock(${FINDINGS_LOCK})`.execute(trx);
  const { rows } = await sql<{ fresh: number; still: number; reopened: number }>`
    select count(*) filter (where f.identity is null)::int as fresh,
      count(*) filter (where f.state = 'open')::int as still,
      count(*) filter (where f.state = 'gone' and f.looked_at <= ${looked})::int as reopened
    from scan_findings s left join findings f on f.identity = s.identity
    where s.scan = ${id} and s.status = 'FAIL'`.execute(trx);
  await sql`
    insert into findings (identity, scanner, check_id, account, region, key, finding, state, first_seen, last_seen,
      gone_at, reopened, looked_at, scan)
    select identity, ${scanner}, check_id, account, region, finding ->> 'key', finding, 'open', ${now}, ${now}, null, 0,
      ${looked}, scan
    from scan_findings where scan = ${id} and status = 'FAIL'
    on conflict (identity) do update set finding = excluded.finding, state = 'open', last_seen = excluded.last_seen,
      gone_at = null, looked_at = excluded.looked_at, scan = excluded.scan,
      reopened = findings.reopened + case when findings.state = 'gone' then 1 else 0 end
    where findings.looked_at <= excluded.looked_at`.execute(trx);
  const { numAffectedRows: gone = 0n } = await sql`
    update findings f set state = 'gone', gone_at = ${now}, looked_at = ${looked}, scan = ${id}
    where f.state = 'open' and f.scanner = ${scanner} and f.looked_at <= ${looked}
      and not exists (select 1 from scan_findings s where s.scan = ${id} and s.identity = f.identity and s.status <> 'PASS')
      and exists (select 1 from scan_findings s where s.scan = ${id} and s.check_id = f.check_id
        and s.account is not distinct from f.account and s.region is not distinct from f.region)`.execute(trx);
  const { fresh = 0, still = 0, reopened = 0 } = rows[0] ?? {};
  return { fresh, still, reopened, gone: Number(gone) };
}
