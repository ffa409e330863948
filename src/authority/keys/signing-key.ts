import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { canonicalJson } from '../../domain/digest.ts';
import { keyIdOf, publicKeysIn, verifyAmong } from './verify-signature.ts';

/** The authority's Ed25519 key. Signatures are over the RFC 8785 form of the signed value, which names its own type. */
export interface SigningKey {
  /** First 16 hex digits of the SHA-256 of the public key (SPKI, DER). */
  readonly keyId: string;
  /** Of the key that signs now. */
  readonly publicKeyPem: string;
  /** Of every key that is believed: the one that signs now first, then the retired ones. */
  readonly ringPem: string;
  sign(value: unknown): string;
  /**
   * Goes through the ring, so that what a retired key signed still counts. False for a key that is not in it (one that
   * the database alone knows is none), for a changed value and for a malformed signature alike.
   */
  verify(value: unknown, keyId: string, signature: string): boolean;
}

/**
 * A signing key from its private part in PEM, with the public parts of the keys it took over from.
 * @throws when it is not an Ed25519 key, or a retired one is not.
 */
export function signingKeyFrom(privateKeyPem: string, retiredPems: readonly string[] = []): SigningKey {
  const privateKey = createPrivateKey(privateKeyPem);
  if (privateKey.asymmetricKeyType !== 'ed25519')
    throw new Error(`The signing key must be Ed25519, not ${privateKey.asymmetricKeyType}.`);
  const publicKey = createPublicKey(privateKey);
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const ringPem = [publicKeyPem, ...retiredPems.map((pem) => `${pem.trim()}\n`)].join('');
  const ring = publicKeysIn(ringPem);
  return {
    keyId: keyIdOf(publicKey),
    publicKeyPem,
    ringPem,
    sign: (value) => sign(null, Buffer.from(canonicalJson(value)), privateKey).toString('base64url'),
    verify: (value, id, signature) => verifyAmong(ring, value, id, signature),
  };
}

/** A new private key, in PEM. */
export const newPrivateKeyPem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The private key kept at `path` (mode 0600), made on first use; in PEM. */
export function privateKeyAt(path: string): string {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, newPrivateKeyPem(), { mode: 0o600, flag: 'wx' });
  }
  chmodSync(path, 0o600);
  return readFileSync(path, 'utf8');
}
