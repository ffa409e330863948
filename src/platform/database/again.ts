import { codeOf } from '../problem.ts';

/** Unique violation, deadlock, serialization failure: another transaction was faster, and the world is another now. */
const OVERTAKEN = new Set(['23505', '40P01', '40001']);
const ATTEMPTS = 4;

/** Does a transaction again, from its start, when another one got in its way; what it fails with the last time is thrown. */
export async function again<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === ATTEMPTS || !OVERTAKEN.has(codeOf(error) ?? '')) throw error;
    }
  }
}
