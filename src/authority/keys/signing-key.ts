import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { canonicalJson } from '../../domain/digest.ts';
import { keyIdOf, verifyWith } from './verify-signature.ts';

/** The authority's Ed25519 key. Signatures are over the RFC 8785 form of the signed value. */
export interface SigningKey {
  /** First 16 hex digits of the SHA-256 of the public key (SPKI, DER). */
  readonly keyId: string;
  readonly publicKeyPem: string;
  sign(value: unknown): string;
  /** False for another key's id, a changed value and a malformed signature alike. */
  verify(value: unknown, keyId: string, signature: string): boolean;
}

/** A signing key from its private part in PEM. Throws when it is not an Ed25519 key. */
export function signingKeyFrom(privateKeyPem: string): SigningKey {
  const privateKey = createPrivateKey(privateKeyPem);
  if (privateKey.asymmetricKeyType !== 'ed25519')
    throw new Error(`The signing key must be Ed25519, not ${privateKey.asymmetricKeyType}.`);
  const publicKey = createPublicKey(privateKey);
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const keyId = keyIdOf(publicKey);
  return {
    keyId,
    publicKeyPem,
    sign: (value) => sign(null, Buffer.from(canonicalJson(value)), privateKey).toString('base64url'),
    verify: (value, id, signature) => verifyWith(publicKeyPem, value, id, signature),
  };
}

/** A new private key, in PEM. */
export const newPrivateKeyPem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The key kept at `path` (mode 0600), made on first use. */
export function signingKeyAt(path: string): SigningKey {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, newPrivateKeyPem(), { mode: 0o600, flag: 'wx' });
  }
  chmodSync(path, 0o600);
  return signingKeyFrom(readFileSync(path, 'utf8'));
}
