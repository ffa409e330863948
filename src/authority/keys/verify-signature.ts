import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { canonicalJson } from '../../domain/digest.ts';

/** The id of a public key: the first 16 hex digits of the SHA-256 of its SPKI form in DER. */
export const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

const BLOCK = /-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g;

/**
 * The public keys in a PEM text, by their ids: one, or more while a key is rotated. @throws when there is none, when one
 * of them is a private key (which belongs to the server alone), and when one is not Ed25519.
 */
export function publicKeysIn(pem: string): ReadonlyMap<string, KeyObject> {
  const blocks = [...pem.matchAll(BLOCK)];
  if (blocks.length === 0) throw new Error('it holds no public key in PEM');
  return new Map(
    blocks.map(([block, label = '']) => {
      if (label.includes('PRIVATE')) throw new Error('it is the private key, which belongs to the server alone');
      const key = createPublicKey(block);
      if (key.asymmetricKeyType !== 'ed25519') throw new Error('it is not an Ed25519 key');
      return [keyIdOf(key), key];
    }),
  );
}

/** Checks a signature with whichever of the keys has this id. False for a key that is not among them. */
export function verifyAmong(
  keys: ReadonlyMap<string, KeyObject>,
  value: unknown,
  keyId: string,
  signature: string,
): boolean {
  const key = keys.get(keyId);
  return key !== undefined && verify(null, Buffer.from(canonicalJson(value)), key, Buffer.from(signature, 'base64url'));
}

/**
 * Checks a signature of the authority with its public keys alone, as tools workers do. In a file of its own, so that
 * code outside the authority never loads what signs. False for another key's id, a changed value and a malformed signature alike.
 */
export const verifyWith = (publicKeysPem: string, value: unknown, keyId: string, signature: string): boolean =>
  verifyAmong(publicKeysIn(publicKeysPem), value, keyId, signature);
