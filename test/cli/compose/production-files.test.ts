import { afterAll, describe, expect, test } from '@jest/globals';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPrivateKeyPem } from '../../../src/authority/keys/signing-key.ts';
import { buildOf, placed, readBundle, readManifest, writeBuild } from '../../../src/cli/compose/build-folder.ts';
import { keysGivenIn } from '../../../src/cli/compose/keys.ts';
import { connectionsOf, readWorkerTokens } from '../../../src/cli/compose/worker-tokens.ts';
import { digestOf } from '../../../src/domain/digest.ts';
import { hashOfBundle } from '../../../src/workers/bundle-workflows.ts';

const root = mkdtempSync(join(tmpdir(), 'belay-files-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(root, name), content);
  return join(root, name);
};
const hash = (letter: string): string => letter.repeat(64);

describe('the token file', () => {
  const read = (content: unknown) => () =>
    readWorkerTokens(file('tokens.json', typeof content === 'string' ? content : JSON.stringify(content)));

  test('gives each queue its hashes, two while a token is changed', () => {
    expect(read({ runbooks: hash('a'), agents: [hash('b'), hash('c')] })()).toEqual({
      runbooks: hash('a'),
      agents: [hash('b'), hash('c')],
    });
  });

  test.each([
    ['no JSON', 'runbooks: x', 'is not JSON'],
    ['a queue that is none', { cluster: hash('a') }, 'is no queue'],
    ['a token instead of its hash', { runbooks: 'the-token-itself' }, 'never the token itself'],
    ['one token for two queues', { runbooks: hash('a'), agents: hash('a') }, 'have the same token'],
    ['an empty list', { runbooks: [] }, 'runbooks'],
  ])('with %s is refused', (_, content, says) => {
    expect(read(content)).toThrow(says);
    expect(read(content)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  test('says which connections there are: those whose worker is let in', () => {
    const tokens = {
      runbooks: '',
      'tools.kubernetes.eu': '',
      'tools.kubernetes.us': '',
      'tools.prometheus.default': '',
    };
    expect(connectionsOf(tokens)).toEqual({ kubernetes: ['eu', 'us'], prometheus: ['default'] });
  });
});

describe('the keys folder', () => {
  const keys = (pem: string | undefined, blobs: string | undefined): string => {
    const folder = mkdtempSync(join(root, 'keys-'));
    if (pem !== undefined) writeFileSync(join(folder, 'authority.pem'), pem);
    if (blobs !== undefined) writeFileSync(join(folder, 'blobs.key'), blobs);
    return folder;
  };
  const pem = newPrivateKeyPem();
  const blobs = `${randomBytes(32).toString('base64')}\n`;

  test('gives both keys', () => {
    expect(keysGivenIn(keys(pem, blobs)).blobs).toHaveLength(32);
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  test.each([
    ['no signing key', undefined, blobs, 'authority.pem cannot be read (ENOENT)'],
    ['no blob key', pem, undefined, 'blobs.key cannot be read (ENOENT)'],
    ['a short blob key', pem, 'c2hvcnQ=', 'is not 32 bytes'],
    ['a signing key of another kind', rsa.toString(), blobs, 'must be Ed25519'],
    ['no PEM', 'nothing', blobs, 'authority.pem'],
  ])('with %s is refused, and nothing is made in it', (_, key, blob, says) => {
    const folder = keys(key, blob);
    expect(() => keysGivenIn(folder)).toThrow(says);
    expect(() => keysGivenIn(folder)).toThrow(says);
  });
});

describe('a build', () => {
  const content = { v: 1 as const, tools: [], runbooks: [], connections: {} };
  const manifest = { ...content, hash: digestOf(content) };
  const code = 'the code\n//# sourceMappingURL=data:a';
  const built = (): string => {
    const folder = mkdtempSync(join(root, 'build-'));
    writeBuild(folder, manifest, { bundle: { code }, hash: hashOfBundle(code) });
    return folder;
  };

  test('is read back as it was written', () => {
    const folder = built();
    expect(readManifest(folder)).toEqual(manifest);
    expect(readBundle(folder)).toEqual({ bundle: { code }, hash: hashOfBundle(code) });
  });

  test('whose code was changed is refused', () => {
    const folder = built();
    writeFileSync(join(folder, 'workflows.js'), 'other code');
    expect(() => readBundle(folder)).toThrow('is not the code whose hash is beside it');
  });

  test('whose manifest was changed is refused', () => {
    const folder = built();
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, connections: { a: ['b'] } }));
    expect(() => readManifest(folder)).toThrow('its hash is not that of its content');
  });

  test('that is not there says how it is made', () => {
    mkdirSync(join(root, 'empty'));
    expect(() => readManifest(join(root, 'empty'))).toThrow('make it with: belay build --out');
  });

  test('is the same build wherever it runs', () => {
    const here = placed(manifest, { kubernetes: ['default'] });
    expect(here.hash).not.toBe(manifest.hash);
    expect(buildOf(here)).toBe(buildOf(manifest));
  });
});
