import { createHash, randomBytes } from 'node:crypto';
import ms from 'ms';
import { nameOfIdentity } from '../../domain/directory.ts';
import type { Person } from '../../domain/person.ts';
import type { Database, Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { refuse, type Refused } from './refusal.ts';

const LASTS = ms('15m');
/** Crockford's base32: survives being read off a terminal. 12 characters are 60 bits. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 12;

/** What a person may type for what was printed. */
const normalised = (typed: string): string =>
  typed
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');

interface CodeFor {
  readonly person: string;
  readonly by: string;
  readonly expires: string;
}

/** Only the authority's key makes this of a code: a row that somebody puts into the table opens nothing. */
const hashOf = ({ key }: Pick<AuthorityContext, 'key'>, code: string, of: CodeFor): string =>
  createHash('sha256')
    .update(key.sign({ type: 'belay/enrolment', code, ...of }))
    .digest('base64url');

/** The name in the directory of somebody given by name or identity. */
function nameOf({ bundle }: AuthorityContext, who: string): string | Refused {
  const { directory } = bundle();
  const name = directory.people[who] ? who : nameOfIdentity(directory, who);
  if (name === undefined) return refuse(422, `${who} is not in Belay's directory; a passkey is for somebody who is.`);
  return directory.people[name]?.active === true ? name : refuse(422, `${name} is deactivated in Belay's directory.`);
}

/** A code as it is printed, once. */
export interface EnrolmentCode {
  readonly code: string;
  readonly person: string;
  readonly expiresAt: string;
}

/**
 * A one-time code with which somebody adds a passkey, for 15 minutes. Given at the terminal alone: a browser that is
 * signed in, or an API token by itself, must not be able to make a credential stronger than itself.
 */
export async function newEnrolmentCode(
  context: AuthorityContext,
  who: string,
  by: Person,
): Promise<EnrolmentCode | Refused> {
  if (by.door !== 'cli' && by.door !== 'terminal')
    return refuse(403, 'A code for a passkey is asked for in the terminal: belay passkey add.');
  const person = nameOf(context, who);
  if (typeof person !== 'string') return person;
  const now = context.now();
  const expires = new Date(now.getTime() + LASTS);
  const code = Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  const of = { person, by: by.id, expires: expires.toISOString() };
  await context.db.deleteFrom('enrolments').where('expires_at', '<', now).execute();
  await context.db
    .insertInto('enrolments')
    .values({ code_hash: hashOf(context, code, of), person, by: by.id, expires_at: expires, used_at: null })
    .execute();
  return { code: code.match(/.{4}/g)?.join('-') ?? code, person, expiresAt: of.expires };
}

/** Whose code this is, while it is good; it is not used up by looking. */
export async function findCode(
  db: Database | Trx,
  context: Pick<AuthorityContext, 'key' | 'now'>,
  typed: string,
): Promise<(CodeFor & { hash: string }) | undefined> {
  const rows = await db
    .selectFrom('enrolments')
    .selectAll()
    .where('used_at', 'is', null)
    .where('expires_at', '>', context.now())
    .execute();
  for (const { code_hash: hash, person, by, expires_at } of rows) {
    const of = { person, by, expires: expires_at.toISOString() };
    if (hashOf(context, normalised(typed), of) === hash) return { ...of, hash };
  }
  return undefined;
}

/** Uses a code up; false when it was used or ran out meanwhile. */
export async function useCode(trx: Trx, { now }: Pick<AuthorityContext, 'now'>, hash: string): Promise<boolean> {
  const row = await trx
    .updateTable('enrolments')
    .set({ used_at: now() })
    .where('code_hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now())
    .returning('person')
    .executeTakeFirst();
  return row !== undefined;
}
