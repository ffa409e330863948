import { Client } from 'pg';
import type { Schema } from './schema.ts';

type Privilege = 'select' | 'insert' | 'update' | 'delete' | `update (${string})`;
type Grants = Readonly<Partial<Record<keyof Schema | 'kysely_migration', readonly Privilege[]>>>;

/** What the server's role may do. Nobody changes or removes what was recorded: not in the ledger, not in the decisions. */
export const SERVER_GRANTS = {
  runs: ['select', 'insert', 'update'],
  actions: ['select', 'insert', 'update'],
  gates: ['select', 'insert', 'update'],
  decisions: ['select', 'insert'],
  intents: ['select', 'insert', 'update'],
  locks: ['select', 'insert', 'update', 'delete'],
  lock_waiters: ['select', 'insert', 'update', 'delete'],
  blobs: ['select', 'insert'],
  alerts: ['select', 'insert', 'update'],
  outbox: ['select', 'insert', 'update'],
  ledger: ['select', 'insert'],
  ledger_heads: ['select', 'insert', 'update'],
  turns: ['select', 'insert'],
  idempotency_keys: ['select', 'insert', 'delete'],
  halts: ['select', 'insert', 'update (lifted_at, lift)'],
  freezes: ['select', 'insert', 'update (lifted_at)'],
  passkeys: ['select', 'insert', 'update (counter, revoked_at)'],
  challenges: ['select', 'insert', 'update (used_at)', 'delete'],
  enrolments: ['select', 'insert', 'update (used_at)', 'delete'],
  bundles: ['select', 'insert'],
  scans: ['select', 'insert', 'update (state, digest, changes, facts, closed_at)'],
  scan_findings: ['select', 'insert'],
  findings: ['select', 'insert', 'update'],
  exceptions: ['select', 'insert', 'update (approved_at, approval, revoked_at, revocation)'],
  sequence: ['select', 'insert'],
  sequence_head: ['select', 'insert', 'update'],
  checkpoints: ['select', 'insert'],
  checkpoint_heads: ['select', 'insert'],
  anchorings: ['select', 'insert'],
  lists: ['select', 'insert', 'update'],
  list_items: ['select', 'insert', 'update', 'delete'],
  keeps: ['select', 'insert'],
  schedules: ['select', 'insert', 'update'],
  kysely_migration: ['select'],
} as const satisfies Grants & Record<keyof Schema, readonly Privilege[]>;

/** What the role of a hooks door alone may do: store alerts and register what they start. No gate, decision, grant or blob. */
export const HOOKS_GRANTS = {
  runs: ['select', 'insert', 'update (alert_resolved_at)'],
  alerts: ['select', 'insert', 'update (run, disposition)'],
  outbox: ['insert'],
  ledger: ['select', 'insert'],
  ledger_heads: ['select', 'insert', 'update'],
  kysely_migration: ['select'],
} as const satisfies Grants;

/**
 * Gives a role exactly these privileges in schema `belay`, and takes from it all others there. `url` is of the role that
 * owns the tables. Rejects when the role does not exist.
 */
export async function grantTo(url: string, role: string, grants: Grants): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    const name = client.escapeIdentifier(role);
    await client.query('begin');
    await client.query(`revoke all on all tables in schema belay from ${name}`);
    await client.query(`revoke create on schema belay from ${name}`);
    await client.query(`grant usage on schema belay to ${name}`);
    for (const [table, privileges] of Object.entries(grants))
      await client.query(`grant ${privileges.join(', ')} on belay.${client.escapeIdentifier(table)} to ${name}`);
    await client.query('commit');
  } finally {
    await client.end();
  }
}
