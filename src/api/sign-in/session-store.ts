import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import type { Person } from '../../domain/person.ts';

/** A working day; after it one signs in again. Milliseconds. */
export const SESSION_LIFETIME = 12 * 60 * 60_000;
/** More than any team has open; the oldest goes first. */
const MAX_SESSIONS = 1000;

/** A signed-in browser. `csrf` is what its unsafe requests must repeat in a header. */
export interface Session {
  readonly person: Person;
  readonly csrf: string;
  readonly expires: number;
}

const token = (): string => randomBytes(32).toString('base64url');
const keyOf = (id: string): string => createHash('sha256').update(id).digest('base64');

/**
 * Sessions live in memory: a restart signs every browser out, and nothing on disk can sign one in.
 * They are found by the hash of their id, so a look-up's timing tells nothing about an id.
 */
export class SessionStore {
  readonly #now: () => number;
  readonly #sessions = new Map<string, Session>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Opens a session for a person and returns its id: 256 random bits, for the cookie and nothing else. */
  open(person: Omit<Person, 'door'>): string {
    const oldest = this.#sessions.keys().next();
    if (this.#sessions.size >= MAX_SESSIONS && !oldest.done) this.#sessions.delete(oldest.value);
    const id = token();
    const session = {
      person: { ...person, door: 'web' as const },
      csrf: token(),
      expires: this.#now() + SESSION_LIFETIME,
    };
    this.#sessions.set(keyOf(id), session);
    return id;
  }

  /** The session with this id, unless it ended or never was. */
  find(id: string): Session | undefined {
    const session = this.#sessions.get(keyOf(id));
    if (session && this.#now() < session.expires) return session;
    this.close(id);
    return undefined;
  }

  close(id: string): void {
    this.#sessions.delete(keyOf(id));
  }
}

/** Whether a request's header repeats the session's CSRF token; compared in constant time. */
export function csrfMatches(session: Session, header: unknown): boolean {
  if (typeof header !== 'string') return false;
  const [given, wanted] = [header, session.csrf].map((text) => createHash('sha256').update(text).digest());
  return given !== undefined && wanted !== undefined && timingSafeEqual(given, wanted);
}
