import { createHash, randomBytes } from 'node:crypto';

/** Time to find a second factor and type it. Milliseconds. */
export const ATTEMPT_LIFETIME = 10 * 60_000;
/** Anybody may begin, so this bounds what beginning costs; the oldest goes first. */
const MOST = 1_000;

/** What only this server knows of a sign-in under way at the issuer. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Where to go afterwards: a path on this server. */
  readonly to: string;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');

/** Sign-ins under way, in memory. Each ends once, and only in the browser that began it. */
export class Attempts {
  readonly #now: () => number;
  readonly #attempts = new Map<string, Attempt & { readonly browser: string; readonly expires: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Remembers an attempt of a browser and gives the secret for its cookie: the one it has, or a new one. */
  begin(attempt: Attempt, browser: string | undefined): string {
    const oldest = this.#attempts.keys().next();
    if (this.#attempts.size >= MOST && !oldest.done) this.#attempts.delete(oldest.value);
    const secret = browser ?? randomBytes(32).toString('base64url');
    const expires = this.#now() + ATTEMPT_LIFETIME;
    this.#attempts.set(hashOf(attempt.state), { ...attempt, browser: hashOf(secret), expires });
    return secret;
  }

  /** The attempt with this state, and it is over; undefined when it is over already, too old, or another browser's. */
  take(state: string, browser: string): Attempt | undefined {
    const key = hashOf(state);
    const attempt = this.#attempts.get(key);
    // Another browser does not end it: whoever is sent a stranger's link must not spoil that stranger's sign-in.
    if (!attempt || attempt.browser !== hashOf(browser)) return undefined;
    this.#attempts.delete(key);
    return this.#now() < attempt.expires ? attempt : undefined;
  }
}
