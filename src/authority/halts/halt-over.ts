import { sql } from 'kysely';
import { covers, type Scoped } from '../../domain/halt.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';

/** Number of the advisory lock that puts halts and grants in one order. */
const HALT_LOCK = 7_420_001;

/** Every grant takes this first: a halt that commits has no grant under way, and every later grant sees it. */
export const shareHaltLock = (trx: Trx) => sql`select pg_advisory_xact_lock_shared(${sql.lit(HALT_LOCK)})`.execute(trx);

/** Whoever halts takes this first: waits for the grants under way, which are short and without network. */
export const takeHaltLock = (trx: Trx) => sql`select pg_advisory_xact_lock(${sql.lit(HALT_LOCK)})`.execute(trx);

/** The halts in force, oldest first. */
export const haltsInForce = (db: Database | Trx) =>
  db.selectFrom('halts').selectAll().where('lifted_at', 'is', null).orderBy('at').execute();

/** The first halt that covers an action. */
export async function haltOver(db: Database | Trx, scoped: Scoped) {
  return (await haltsInForce(db)).find(({ scope }) => covers(scope, scoped));
}
