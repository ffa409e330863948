import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { canonicalJson } from '../../domain/digest.ts';

/** The id of a public key: the first 16 hex digits of the SHA-256 of its SPKI form in DER. */
export const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

/**
 * Checks a signature of the authority with its public key alone, as tools workers do. In a file of its own, so that
 * code outside the authority never loads what signs. False for another key's id, a changed value and a malformed signature alike.
 */
export function verifyWith(publicKeyPem: string, value: unknown, keyId: string, signature: string): boolean {
  const publicKey = createPublicKey(publicKeyPem);
  if (keyId !== keyIdOf(publicKey)) return false;
  return verify(null, Buffer.from(canonicalJson(value)), publicKey, Buffer.from(signature, 'base64url'));
}
