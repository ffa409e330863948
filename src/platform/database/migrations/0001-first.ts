import { type Kysely, sql } from 'kysely';

/** The first tables. The ledger refuses UPDATE and DELETE whoever asks, short of dropping the trigger. */
export async function up(db: Kysely<never>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`create table runs (
    id text primary key, runbook text not null, runbook_hash text not null, title text not null, target text not null,
    input jsonb not null, requester jsonb not null, trigger jsonb not null, mode text not null, dry_run boolean not null,
    workflow_id text not null, execution text unique, state text not null, outcome text, verdict text, summary text,
    proposed_by jsonb, alert_resolved_at timestamptz, cancel jsonb, created_at timestamptz not null, finished_at timestamptz)`);
  // One open run per incident: the workflow id of an alert's run names runbook, source and group.
  await run(
    `create unique index runs_open on runs (workflow_id) where state not in ('finished', 'cancelled', 'failed')`,
  );
  await run(`create index runs_by_time on runs (created_at desc)`);
  await run(`create table actions (
    id text primary key, run text not null references runs, seq int not null, digest text not null, tool text not null,
    target_key text not null, queue text not null, preview jsonb not null, previewed_at timestamptz not null, unique (run, seq))`);
  await run(`create table gates (
    id text primary key, run text not null references runs, ordinal int not null, kind text not null, state text not null,
    plan jsonb not null, proposed_by jsonb not null, evidence jsonb not null, options jsonb not null, requirement jsonb not null,
    chosen text, reason text, card jsonb, opened_at timestamptz not null, expires_at timestamptz not null, decided_at timestamptz,
    unique (run, ordinal))`);
  await run(`create index gates_by_state on gates (state, opened_at)`);
  await run(`create table decisions (
    seq bigint generated always as identity primary key, gate text not null references gates, person text not null,
    record jsonb not null, unique (gate, person))`);
  await run(`create table intents (
    action text not null references actions, phase text not null, run text not null references runs, digest text not null,
    fence int not null, lease_until timestamptz not null, status text not null, outcome jsonb, started_at timestamptz not null,
    ended_at timestamptz, primary key (action, phase))`);
  await run(`create table locks (key text primary key, run text not null references runs, since timestamptz not null)`);
  await run(
    `create table lock_waiters (run text primary key references runs, keys jsonb not null, since timestamptz not null)`,
  );
  await run(
    `create table blobs (id text primary key, media_type text not null, bytes int not null, content bytea not null, created_at timestamptz not null)`,
  );
  await run(`create table alerts (
    id text primary key, source text not null, fingerprint text not null, group_key text not null, status text not null,
    starts_at text not null, alert jsonb not null, run text references runs, disposition text not null, received_at timestamptz not null,
    unique (source, fingerprint, starts_at, status))`);
  await run(`create table outbox (
    id bigint generated always as identity primary key, topic text not null, subject text not null, payload jsonb not null,
    created_at timestamptz not null, due_at timestamptz not null, attempts int not null, done_at timestamptz, last_error text)`);
  await run(`create index outbox_due on outbox (due_at, id) where done_at is null`);
  await run(`create table ledger (
    run text not null, seq int not null, kind text not null, at text not null, body text not null, prev text not null,
    hash text not null, primary key (run, seq))`);
  await run(`create table ledger_heads (run text primary key, seq int not null, hash text not null)`);
  await run(`create function ledger_is_append_only() returns trigger language plpgsql as $$
    begin raise exception 'the ledger is append-only'; end $$`);
  await run(
    `create trigger ledger_append_only before update or delete or truncate on ledger for each statement execute function ledger_is_append_only()`,
  );
  await run(
    `create table turns (id text primary key, run text not null references runs, result jsonb not null, recorded_at timestamptz not null)`,
  );
  await run(`create table idempotency_keys (
    caller text not null, key text not null, input_hash text not null, run text not null references runs, created_at timestamptz not null,
    primary key (caller, key))`);
}
