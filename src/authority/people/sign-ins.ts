import { MEMBERSHIP_AGE } from './membership-age.ts';

/** What an issuer said of somebody when they signed in: each claim as the texts it holds. */
export type Claims = Readonly<Record<string, readonly string[]>>;

/** What was said at a sign-in, and when. */
export interface SignIn {
  readonly claims: Claims;
  readonly at: Date;
}

/** Who signed in here by an OpenID provider, and what it said of them. In memory, like the sessions that it begins. */
export interface SignIns {
  /** Somebody signed in: what was known of them before is over. */
  saw(identity: string, claims: Claims): void;
  /** Of their last sign-in, while it is young enough to count; else why there is nothing that counts, in words for them. */
  read(identity: string): SignIn | { readonly problem: string };
}

/** More than any team has people at a browser; the oldest goes first. */
const MOST = 10_000;

/** `now` is the authority's clock. */
export function signIns(now: () => Date): SignIns {
  const known = new Map<string, SignIn>();
  return {
    saw(identity, claims) {
      known.delete(identity);
      const [oldest] = known.keys();
      if (known.size >= MOST && oldest !== undefined) known.delete(oldest);
      known.set(identity, { claims, at: now() });
    },
    read(identity) {
      const last = known.get(identity);
      if (!last) return { problem: 'you did not sign in by it here since Belay started' };
      const age = now().getTime() - last.at.getTime();
      // One from the future was made before the clock was set back; its age is unknown.
      if (age >= 0 && age < MEMBERSHIP_AGE.claim) return last;
      return { problem: `what it said at ${last.at.toISOString()} is too old to count; sign in again` };
    },
  };
}
