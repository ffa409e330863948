import type { ClaimNarrowing } from '../../domain/directory.ts';
import type { Door } from '../../domain/person.ts';
import type { SignIns } from './sign-ins.ts';

/** How somebody comes to decide: the identity that a door vouches for. */
export interface Came {
  readonly id: string;
  readonly door: Door;
}

/**
 * Whether the issuer said so of somebody who comes through a browser that they signed in at by it. Any other door carries
 * no claim, and what the issuer said of them elsewhere says nothing about who is at this door.
 */
export function claimHolds(
  { claim, value }: ClaimNarrowing,
  came: Came | undefined,
  signIns: SignIns | undefined,
): { readonly at: Date } | { readonly problem: string } {
  if (came?.door !== 'web' || !came.id.startsWith('oidc:'))
    return { problem: 'it counts only in a browser that was signed in by OpenID Connect' };
  const last = signIns?.read(came.id) ?? { problem: 'no issuer is configured (BELAY_OIDC_ISSUER)' };
  if ('problem' in last) return last;
  if (Object.hasOwn(last.claims, claim) && last.claims[claim]?.includes(value) === true) return { at: last.at };
  return { problem: `the issuer did not say so at your sign-in of ${last.at.toISOString()}` };
}
