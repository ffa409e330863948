import { type Kysely, sql } from 'kysely';

/** Scans and what they found, what is known of each finding over all of them, and exceptions. */
export async function up(db: Kysely<never>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`create table scans (
    id text primary key, run text not null references runs, source text not null, state text not null, facts jsonb,
    digest text, changes jsonb, opened_at timestamptz not null, closed_at timestamptz)`);
  await run(`create index scans_by_run on scans (run, closed_at)`);
  await run(`create table scan_findings (
    scan text not null references scans, identity text not null, status text not null, check_id text not null,
    account text, region text, finding jsonb not null, digest text not null, primary key (scan, identity))`);
  await run(`create index scan_findings_by_place on scan_findings (scan, check_id, account, region)`);
  await run(`create table findings (
    identity text primary key, scanner text not null, check_id text not null, account text, region text, key text not null,
    finding jsonb not null, state text not null, first_seen timestamptz not null, last_seen timestamptz not null,
    gone_at timestamptz, reopened int not null default 0, looked_at timestamptz not null, scan text not null references scans)`);
  await run(`create index findings_by_check on findings (scanner, check_id) where state = 'open'`);
  await run(`create index findings_by_key on findings (key)`);
  await run(`create table exceptions (
    id text primary key, resource text not null, check_id text, runbook text, owner text not null, reason text not null,
    control text not null, until timestamptz not null, by jsonb not null, run text not null references runs,
    requested_at timestamptz not null, approved_at timestamptz, approval jsonb, revoked_at timestamptz, revocation jsonb)`);
  await run(`create index exceptions_by_resource on exceptions (resource)`);
}
