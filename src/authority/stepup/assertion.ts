import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { z } from 'zod';
import { reasonOf } from '../../platform/problem.ts';
import type { PasskeyRecord } from './passkey-record.ts';
import { userIdOf } from './user-id.ts';

const base64url = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[\w-]*$/);

/** What a browser says for a passkey. Only these fields are kept: all that is needed to check it again, years later. */
export const Assertion = z.object({
  id: base64url(1400),
  rawId: base64url(1400),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(4000),
    authenticatorData: base64url(4000),
    signature: base64url(8000),
    userHandle: base64url(200).exactOptional(),
  }),
});
export type Assertion = z.infer<typeof Assertion>;

/** What an assertion must be of: this challenge, at this site, by this passkey, with its person verified. */
export interface Expected {
  readonly challenge: string;
  readonly origin: string;
  readonly passkey: PasskeyRecord;
  /** The highest count seen before; a lower or equal one means that the passkey was copied. */
  readonly counter: number;
}

/** Checks an assertion. Pure: no database and no clock, so it says the same offline. `refused` says what is wrong. */
export async function checkAssertion(
  assertion: Assertion,
  { challenge, origin, passkey, counter }: Expected,
): Promise<{ counter: number } | { refused: string }> {
  try {
    const { userHandle } = assertion.response;
    if (userHandle !== undefined && userHandle !== '' && userHandle !== userIdOf(passkey.person).toString('base64url'))
      return { refused: 'it is the passkey of another user' };
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...assertion, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: passkey.site,
      requireUserVerification: true,
      credential: {
        id: passkey.id,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter,
      },
    });
    return verified ? { counter: authenticationInfo.newCounter } : { refused: 'its signature does not hold' };
  } catch (error) {
    return { refused: inWords(reasonOf(error)) };
  }
}

/** The library's reasons, for whoever held the key. */
function inWords(reason: string): string {
  if (/challenge/.test(reason)) return 'it was made for something else than what is asked now';
  if (/counter/.test(reason)) return 'its count went backwards, which a copied passkey does; revoke it';
  if (/User verification/.test(reason)) return 'it did not check who holds it (fingerprint, face or PIN)';
  if (/origin/i.test(reason)) return 'it was made on another page';
  if (/RP ID/.test(reason)) return 'it was made for another site';
  return reason.slice(0, 200);
}
