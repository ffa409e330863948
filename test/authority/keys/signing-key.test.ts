import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newPrivateKeyPem, privateKeyAt, signingKeyFrom } from '../../../src/authority/keys/signing-key.ts';
import { verifyWith } from '../../../src/authority/keys/verify-signature.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const key = signingKeyFrom(newPrivateKeyPem());
const other = signingKeyFrom(newPrivateKeyPem());

describe('a signature', () => {
  test('holds for what was signed, however its keys are ordered, and with the public key alone', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ stringUnit: 'grapheme' })), (value) => {
        const signature = key.sign(value);
        const turned = Object.fromEntries(Object.entries(value).toReversed());
        return key.verify(turned, key.keyId, signature) && verifyWith(key.publicKeyPem, value, key.keyId, signature);
      }),
    );
  });

  const value = { decision: 'approve' };
  const good = key.sign(value);
  test.each([
    ['another value', { decision: 'deny' }, key.keyId, good],
    ['a field more', { ...value, more: 1 }, key.keyId, good],
    ['another key’s id', value, other.keyId, good],
    ['another key’s signature', value, key.keyId, other.sign(value)],
    ['no signature', value, key.keyId, ''],
    ['half of it', value, key.keyId, good.slice(0, 40)],
    ['no base64', value, key.keyId, '!!!!'],
    ['zeros', value, key.keyId, Buffer.alloc(64).toString('base64url')],
  ])('does not hold for %s', (_, given, keyId, signature) => {
    expect(key.verify(given, keyId, signature)).toBe(false);
  });

  test('is made by an Ed25519 key only', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => signingKeyFrom(pem)).toThrow('must be Ed25519, not rsa');
    expect(() => signingKeyFrom('no key')).toThrow();
  });
});

describe('the key in a file', () => {
  test('is made once, is the same ever after, and is readable by its owner only', () => {
    const path = join(temporaryFolder('keys'), 'deep', 'authority.pem');
    const first = privateKeyAt(path);
    expect(privateKeyAt(path)).toBe(first);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    chmodSync(path, 0o644);
    privateKeyAt(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('that is no key is not replaced: it stops the start', () => {
    const path = join(temporaryFolder('keys'), 'authority.pem');
    writeFileSync(path, 'not a key');
    expect(() => signingKeyFrom(privateKeyAt(path))).toThrow();
    expect(statSync(path).size).toBe(9);
  });
});
