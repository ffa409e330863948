import { type Kysely, sql } from 'kysely';

/** Lists of many like things, what owners say of single ones, and which action of a batch gate each became. */
export async function up(db: Kysely<never>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`create table lists (
    run text not null references runs, name text not null, digest text, count int, left_out int not null default 0, closed_at timestamptz, went_on_at timestamptz,
    grace_ends_at timestamptz, remind_every_ms bigint, asked_at timestamptz, asks text, reminded int not null default 0,
    primary key (run, name))`);
  await run(`create table list_items (
    run text not null, list text not null, key text not null, part text not null, queue text not null,
    item jsonb not null, position int, action text, problem text, left_out text, proof jsonb,
    primary key (run, list, key), foreign key (run, list) references lists)`);
  await run(`create index list_items_by_position on list_items (run, list, position)`);
  await run(`create index list_items_by_action on list_items (action) where action is not null`);
  await run(`create table keeps (
    id text primary key, run text not null references runs, list text not null, key text not null, runbook text not null,
    person text not null, record jsonb not null, until timestamptz not null, at timestamptz not null)`);
  await run(`create index keeps_by_key on keeps (key, runbook)`);
  await run(`create index keeps_by_list on keeps (run, list)`);
  await run(`create index intents_by_run on intents (run, status)`);
}
