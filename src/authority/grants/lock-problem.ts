import { sql } from 'kysely';
import { keyCovers } from '../../domain/target.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { ActionRow } from './approval.ts';
import { type Refused, refused } from './refused.ts';

/** A key and every parent of it: `a`, `a/b`, `a/b/c`. */
function withParents(key: string): string[] {
  const parts = key.split('/');
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** The run must hold the target or a parent of it; a lock of a part of it keeps nobody out of the rest. */
export async function lockProblem(trx: Trx, action: ActionRow): Promise<Refused | undefined> {
  const key = action.target_key;
  // Overlap asked of the database: a batch holds thousands of locks.
  const overlapping = await trx
    .selectFrom('locks')
    .select(['key', 'run'])
    .where((eb) => eb.or([eb('key', 'in', withParents(key)), sql<boolean>`starts_with(key, ${`${key}/`})`]))
    .execute();
  const other = overlapping.find((lock) => lock.run !== action.run);
  if (other) return refused('no-lock', `${key} is locked by run ${other.run}`);
  return overlapping.some((lock) => keyCovers(lock.key, key))
    ? undefined
    : refused('no-lock', `run ${action.run} does not hold the lock of ${key}`);
}
