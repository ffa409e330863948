import { describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { retiredKeys, rotateKey } from '../../../src/authority/keys/key-folder.ts';
import { newPrivateKeyPem, signingKeyFrom } from '../../../src/authority/keys/signing-key.ts';
import { publicKeysIn, verifyWith } from '../../../src/authority/keys/verify-signature.ts';
import { keysGivenIn, keysMadeIn } from '../../../src/cli/compose/keys.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const value = { type: 'belay/decision', decision: 'approve' };

describe('a rotated key', () => {
  test('signs no more, and what it signed still counts: for the server, and for who has the public ring', () => {
    const folder = join(temporaryFolder('keys'), 'keys');
    const first = keysMadeIn(folder).signing;
    const signature = first.sign(value);
    expect(rotateKey(folder)).toEqual({ retired: first.keyId, adopted: expect.not.stringMatching(first.keyId) });
    const second = keysMadeIn(folder).signing;
    expect(second.keyId).not.toBe(first.keyId);
    expect(second.verify(value, first.keyId, signature)).toBe(true);
    const ring = readFileSync(join(folder, 'authority.pub'), 'utf8');
    expect([...publicKeysIn(ring).keys()]).toEqual([second.keyId, first.keyId]);
    expect(verifyWith(ring, value, first.keyId, signature)).toBe(true);
    expect(verifyWith(ring, value, second.keyId, second.sign(value))).toBe(true);
    expect(verifyWith(ring, value, second.keyId, signature)).toBe(false);
  });

  test('leaves no private part behind, and three rotations leave three retired keys', () => {
    const folder = join(temporaryFolder('keys'), 'keys');
    const privates = [1, 2, 3].map(() => {
      keysMadeIn(folder);
      const pem = readFileSync(join(folder, 'authority.pem'), 'utf8');
      rotateKey(folder);
      return pem;
    });
    const everything = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    expect(privates.filter((pem) => everything.includes(pem))).toEqual([]);
    expect(retiredKeys(folder)).toHaveLength(3);
    expect(statSync(join(folder, 'authority.pem')).mode & 0o777).toBe(0o600);
  });

  test('that is taken out of the folder is believed no more', () => {
    const folder = join(temporaryFolder('keys'), 'keys');
    const first = keysMadeIn(folder).signing;
    const signature = first.sign(value);
    rotateKey(folder);
    rmSync(join(folder, 'retired', `${first.keyId}.pem`));
    expect(keysMadeIn(folder).signing.verify(value, first.keyId, signature)).toBe(false);
  });
});

describe('a keys folder', () => {
  test('may hold the retired keys in one file, empty before the first rotation, for where only files are handed out', () => {
    const folder = join(temporaryFolder('keys'), 'keys');
    const first = keysMadeIn(folder).signing;
    writeFileSync(join(folder, 'retired.pem'), '');
    expect(retiredKeys(folder)).toEqual([]);
    rotateKey(folder);
    writeFileSync(join(folder, 'retired.pem'), `# ${first.keyId}\n${first.publicKeyPem}`);
    rmSync(join(folder, 'retired'), { recursive: true });
    expect(retiredKeys(folder).map(({ keyId }) => keyId)).toEqual([first.keyId]);
    expect(keysMadeIn(folder).signing.verify(value, first.keyId, first.sign(value))).toBe(true);
  });

  const withRetired = (content: string): string => {
    const folder = join(temporaryFolder('keys'), 'keys');
    keysMadeIn(folder);
    mkdirSync(join(folder, 'retired'));
    writeFileSync(join(folder, 'retired', 'old.pem'), content);
    return folder;
  };
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });

  test.each([
    ['a private key among the retired ones', newPrivateKeyPem(), 'it is the private key'],
    ['a retired key of another kind', rsa.toString(), 'is not an Ed25519 key'],
    ['a retired file without a key', 'nothing', 'no public key'],
  ])('with %s does not start a server, and the file is named', (_, content, says) => {
    const folder = withRetired(content);
    expect(() => keysMadeIn(folder)).toThrow(says);
    expect(() => keysMadeIn(folder)).toThrow('old.pem');
    expect(() => keysMadeIn(folder)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

describe('a key in BELAY_SIGNING_KEY', () => {
  const pem = newPrivateKeyPem();

  test('signs instead of the folder’s, also when its lines came as \\n; the folder’s retired keys still count', () => {
    const folder = join(temporaryFolder('keys'), 'keys');
    const before = keysMadeIn(folder).signing;
    rotateKey(folder);
    const { keyId } = signingKeyFrom(pem);
    for (const given of [pem, pem.replaceAll('\n', String.raw`\n`)])
      expect(keysMadeIn(folder, given).signing.keyId).toBe(keyId);
    expect(keysMadeIn(folder, pem).signing.verify(value, before.keyId, before.sign(value))).toBe(true);
  });

  test('needs no authority.pem beside it, and is refused when it is none', () => {
    const folder = temporaryFolder('keys');
    writeFileSync(join(folder, 'blobs.key'), Buffer.alloc(32, 7).toString('base64'));
    expect(keysGivenIn(folder, pem).signing.keyId).toBe(signingKeyFrom(pem).keyId);
    expect(() => keysGivenIn(folder, 'nothing')).toThrow('BELAY_SIGNING_KEY');
  });
});
