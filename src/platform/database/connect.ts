import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import { Pool, types } from 'pg';
import { Failure } from '../../domain/failure.ts';
import { codeOf, reasonOf } from '../problem.ts';
import type { Schema } from './schema.ts';

export type Database = Kysely<Schema>;
export type Trx = Transaction<Schema>;

// Sequence numbers fit a double with room to spare; strings would compare as text.
types.setTypeParser(types.builtins.INT8, Number);

/** A pool of connections to Belay's schema. `close()` ends it. Statements are cut after 15 s, so that a stuck one is an error and not a hang. */
export function connect(url: string, onError: (error: Error) => void): { db: Database; close(): Promise<void> } {
  const pool = new Pool({
    connectionString: url,
    max: 12,
    connectionTimeoutMillis: 3000,
    options: '-c search_path=belay -c statement_timeout=15000 -c idle_in_transaction_session_timeout=15000',
  });
  // An idle connection that breaks (database stopped) is reported here; the pool makes a new one when it is back.
  pool.on('error', onError);
  // One that breaks while it is in use tells whoever uses it, at their next statement; but between two statements of a
  // transaction the pool does not listen, and an event that nobody hears would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { db, close: () => db.destroy() };
}

const CONNECTION_LOST =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|57P0[1-5]|08\w{3}|53300)$/;

/** Turns "the database is not there" into `retry.unreachable`; other errors pass unchanged. */
export async function orUnreachable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const lost =
      CONNECTION_LOST.test(codeOf(error) ?? '') ||
      /Connection terminated|timeout exceeded when trying to connect|is not queryable/.test(reasonOf(error));
    if (lost)
      throw new Failure('retry.unreachable', 'The database is not reachable; nothing was stored. Try again.', {
        cause: error,
        retryAfterMs: 2000,
      });
    throw error;
  }
}
