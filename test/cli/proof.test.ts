import { afterAll, describe, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readPack } from '../../src/cli/proof/read-pack.ts';
import { writePack } from '../../src/cli/proof/write-pack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { belay } from './belay.ts';

const folder = temporaryFolder('proof-cli');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const ZIP = Buffer.from(
  zipSync({
    'proof.json': bytes('{}'),
    'ledger/keys.pem': bytes('k'),
    '../evil': bytes('e'),
    'ledger/other': bytes('o'),
  }),
);

describe('a pack on disk', () => {
  test('is unpacked by names that are known, never by what a server calls its files', () => {
    const out = join(folder, 'new', 'pack');
    writePack(ZIP, out);
    expect([...readPack(out).keys()].toSorted()).toEqual(['ledger/keys.pem', 'proof.json']);
    expect(readdirSync(join(folder, 'new'))).toEqual(['pack']);
  });

  test('is never written over what is there', () => {
    const out = join(folder, 'full');
    mkdirSync(out);
    writeFileSync(join(out, 'mine'), 'x');
    expect(() => writePack(ZIP, out)).toThrow('has things in it');
    expect(readdirSync(out)).toEqual(['mine']);
  });

  test('is read with everything in it, so that nothing beside it goes unseen', () => {
    const out = join(folder, 'more');
    writePack(ZIP, out);
    mkdirSync(join(out, 'deep', 'er'), { recursive: true });
    writeFileSync(join(out, 'deep', 'er', 'file'), 'x');
    writeFileSync(join(out, '.hidden'), 'x');
    symlinkSync('/etc/hostname', join(out, 'link'));
    const files = readPack(out);
    expect([...files.keys()].toSorted()).toEqual(['.hidden', 'deep/er/file', 'ledger/keys.pem', 'link', 'proof.json']);
    expect(files.get('link')).toHaveLength(0);
  });
});

describe('belay proof verify', () => {
  test('says of what is no pack that it is none, and fails', async () => {
    const out = join(folder, 'no-pack');
    mkdirSync(out);
    writeFileSync(join(out, 'a'), 'x');
    const ended = await belay(['proof', 'verify', out]);
    expect(ended.code).toBe(1);
    expect(ended.out).toContain('proof.json is missing: this is no proof pack');
    expect(ended.out).toContain('NOBODY VOUCHES FOR THIS PACK');
    const asJson = await belay(['proof', 'verify', out, '--json']);
    expect(JSON.parse(asJson.out)).toMatchObject({ ok: false, vouched: null });
  });

  test.each([
    [['/no/such/folder'], '/no/such/folder is not there'],
    [['.', '--key', 'beef'], 'a fingerprint is 16 to 64 hex digits'],
    [[], "missing required argument 'folder'"],
  ])('%j is a mistake of usage', async (args, message) => {
    const ended = await belay(['proof', 'verify', ...args]);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain(message);
  });
});
