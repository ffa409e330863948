import { keyCovers, keysOverlap } from '../../domain/target.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { ActionRow } from './approval.ts';
import { type Refused, refused } from './refused.ts';

/** The run must hold the target or a parent of it; a lock of a part of it keeps nobody out of the rest. */
export async function lockProblem(trx: Trx, action: ActionRow): Promise<Refused | undefined> {
  const locks = await trx.selectFrom('locks').selectAll().execute();
  const key = action.target_key;
  const other = locks.find((lock) => lock.run !== action.run && keysOverlap(lock.key, key));
  if (other) return refused('no-lock', `${key} is locked by run ${other.run}`);
  return locks.some((lock) => lock.run === action.run && keyCovers(lock.key, key))
    ? undefined
    : refused('no-lock', `run ${action.run} does not hold the lock of ${key}`);
}
