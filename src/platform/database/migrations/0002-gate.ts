import { type Kysely, sql } from 'kysely';

/** Halts, freezes, passkeys, bundles, the gap-free sequence and checkpoints; what gates and locks know more of. */
export async function up(db: Kysely<never>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`alter table runs add column responder text`);
  await run(`alter table gates
    add column escalated_to jsonb not null default '[]', add column reminded int not null default 0,
    add column bundle text not null default '', add column revision jsonb, add column special text,
    add column also_asked jsonb not null default '[]', add column subject text`);
  // One person may say several things of one gate (approve, then force it), but each only once.
  await run(`alter table decisions drop constraint decisions_gate_person_key`);
  await run(`create unique index decisions_once on decisions (gate, person, (record ->> 'decision'))`);
  await run(`alter table locks add column until timestamptz not null default 'infinity'`);
  await run(`create table halts (
    id text primary key, scope jsonb not null, undo boolean not null, reason text not null, by jsonb not null,
    at timestamptz not null, run text not null references runs, number bigint not null, key_id text not null,
    signature text not null, lifted_at timestamptz, lift jsonb)`);
  await run(`alter table actions add column seal jsonb`);
  await run(`alter table lock_waiters add column asked_at timestamptz not null default now()`);
  await run(`create table freezes (
    id text primary key, scope jsonb not null, starts_at timestamptz not null, ends_at timestamptz not null,
    reason text not null, by jsonb not null, lifted_at timestamptz)`);
  await run(`create table passkeys (
    id text primary key, person text not null, record jsonb not null, counter bigint not null, added_at timestamptz not null,
    revoked_at timestamptz)`);
  await run(`create table challenges (
    id text primary key, statement jsonb not null, expires_at timestamptz not null, used_at timestamptz)`);
  await run(`create table enrolments (
    code_hash text primary key, person text not null, by text not null, expires_at timestamptz not null, used_at timestamptz)`);
  await run(`create table bundles (
    number bigint generated always as identity primary key, hash text not null, content jsonb not null,
    commit text, activated_at timestamptz not null, signature jsonb not null)`);
  await run(`create table sequence (
    number bigint primary key, kind text not null, chain text not null, subject text not null, prev text not null,
    hash text not null)`);
  await run(`create trigger sequence_append_only before update or delete or truncate on sequence
    for each statement execute function ledger_is_append_only()`);
  await run(`create table sequence_head (id int primary key, number bigint not null, hash text not null)`);
  await run(`create index sequence_by_subject on sequence (subject)`);
  await run(`create index sequence_by_kind on sequence (kind, subject)`);
  await run(`create index sequence_by_chain on sequence (chain, number)`);
  await run(
    `create table checkpoints (number bigint primary key, record jsonb not null, sealed_at timestamptz not null)`,
  );
  await run(`create table checkpoint_heads (
    chain text not null, checkpoint bigint not null references checkpoints, seq int not null, hash text not null,
    primary key (chain, checkpoint))`);
  await run(`create index checkpoint_heads_by_checkpoint on checkpoint_heads (checkpoint)`);
  await run(`create table anchorings (
    checkpoint bigint not null references checkpoints, anchor text not null, at timestamptz not null,
    primary key (anchor, checkpoint))`);
  for (const table of ['checkpoints', 'checkpoint_heads', 'anchorings'])
    await run(`create trigger ${table}_append_only before update or delete or truncate on ${table}
      for each statement execute function ledger_is_append_only()`);
}
