import { z } from 'zod';
import type { SigningKey } from '../keys/signing-key.ts';

/** A passkey as the authority keeps it. Everything a proof made with it is checked against is in here, and signed. */
export const PasskeyRecord = z.strictObject({
  v: z.literal(1),
  /** The credential's id, base64url. */
  id: z.string(),
  /** Whose, by their name in the directory. */
  person: z.string(),
  /** What its owner calls it. */
  label: z.string(),
  /** COSE, base64url. */
  publicKey: z.string(),
  /** What its authenticator counted when it was added. */
  counter: z.number().int().min(0),
  transports: z.array(z.string()),
  /** Whether it may live on several devices (synced by its maker), or never leaves one. */
  device: z.enum(['singleDevice', 'multiDevice']),
  aaguid: z.string(),
  /** The site it was made for. */
  site: z.string(),
  /** What allowed it: a code from the terminal (asked for by this identity), or an older passkey of the same person. */
  by: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('code'), from: z.string() }),
    z.strictObject({ kind: z.literal('passkey'), passkey: z.string() }),
  ]),
  at: z.iso.datetime(),
  /** Its place in the sequence of everything that opens or closes something. */
  number: z.number().int().positive(),
  keyId: z.string(),
  signature: z.string(),
});
export type PasskeyRecord = z.infer<typeof PasskeyRecord>;

/** What the signature of a passkey's record covers. */
export function signedPasskey(
  record: Omit<PasskeyRecord, 'signature'> & { signature?: string },
): Omit<PasskeyRecord, 'signature'> & { type: 'belay/passkey' } {
  const { signature: _, ...rest } = record;
  return { type: 'belay/passkey', ...rest };
}

/** A stored or exported record, if the authority signed it; undefined for anything another hand made or changed. */
export function readPasskey(stored: unknown, key: Pick<SigningKey, 'verify'>): PasskeyRecord | undefined {
  const { success, data } = PasskeyRecord.safeParse(stored);
  return success && key.verify(signedPasskey(data), data.keyId, data.signature) ? data : undefined;
}
