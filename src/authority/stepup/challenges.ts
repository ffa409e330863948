import { randomBytes } from 'node:crypto';
import ms from 'ms';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { challengeOf, type Said, Statement, type StatementOf } from './statement.ts';

/** Long enough to find the key and touch it; short enough that nobody comes back to it after lunch. */
export const CHALLENGE_LASTS = ms('5m');

/** Open challenges that nobody signed in asked for; more are a flood, and are refused. */
const MOST_OPEN = 1000;

type Context = Pick<AuthorityContext, 'key' | 'now'>;

/** What a row holds: the statement under the authority's signature, so that a row put there by another hand is none. */
const sealed = (statement: Statement) => ({ type: 'belay/challenge', statement });

/** Makes a challenge of a statement, good once and for five minutes. Undefined while too many are open. */
export async function issueChallenge(
  db: Database | Trx,
  { key, now }: Context,
  said: Said,
): Promise<{ id: string; challenge: string } | undefined> {
  await db.deleteFrom('challenges').where('expires_at', '<', now()).execute();
  if (said.type === 'belay/passkey-sign-in') {
    const { open } = await db
      .selectFrom('challenges')
      .select((eb) => eb.fn.countAll<number>().as('open'))
      .executeTakeFirstOrThrow();
    if (open >= MOST_OPEN) return undefined;
  }
  const expires = new Date(now().getTime() + CHALLENGE_LASTS);
  const statement: Statement = Statement.parse({
    ...said,
    nonce: randomBytes(32).toString('base64url'),
    expires: expires.toISOString(),
  });
  const id = `c-${randomBytes(12).toString('hex')}`;
  const row = { statement, keyId: key.keyId, signature: key.sign(sealed(statement)) };
  await db
    .insertInto('challenges')
    .values({ id, statement: JSON.stringify(row), expires_at: expires, used_at: null })
    .execute();
  return { id, challenge: challengeOf(statement) };
}

/**
 * Uses a challenge up, whatever comes of it: who answers wrongly asks for another. Whether it is still good is judged by
 * what was signed, never by the row's own columns; those only say that it was used.
 */
export async function takeChallenge<T extends Statement['type']>(
  trx: Trx,
  { key, now }: Context,
  id: string,
  type: T,
): Promise<StatementOf<T> | { refused: string }> {
  const row = await trx
    .updateTable('challenges')
    .set({ used_at: now() })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .returning('statement')
    .executeTakeFirst();
  const gone = { refused: 'this was answered before, or is more than five minutes old; begin again' };
  if (!row) return gone;
  const { statement: stored, keyId, signature } = row.statement;
  const parsed = Statement.safeParse(stored);
  if (
    !parsed.success ||
    typeof keyId !== 'string' ||
    typeof signature !== 'string' ||
    !key.verify(sealed(parsed.data), keyId, signature)
  )
    return { refused: 'this challenge was not made by Belay' };
  if (!isOf(parsed.data, type)) return { refused: 'this challenge was made for something else' };
  return new Date(parsed.data.expires) > now() ? parsed.data : gone;
}

const isOf = <T extends Statement['type']>(statement: Statement, type: T): statement is StatementOf<T> =>
  statement.type === type;
