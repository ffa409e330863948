import { findPart } from './find-part.ts';
import { startPostgres } from './start-postgres.ts';

declare global {
  /** Left by start-shared.ts for stop-shared.ts: jest loads the two apart, in one process. */
  var belayStopShared: (() => Promise<void>) | undefined;
}

/**
 * Runs once before all `real` tests. Starting a PostgreSQL takes a second and making a database in it some
 * milliseconds, so the test files share one server and never a database.
 */
export default async function startShared(): Promise<void> {
  if (findPart('postgres') === undefined) return;
  const postgres = await startPostgres();
  process.env['BELAY_TEST_DATABASE_URL'] = postgres.url;
  globalThis.belayStopShared = postgres.stop;
}
