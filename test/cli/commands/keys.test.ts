import { expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysMadeIn } from '../../../src/cli/compose/keys.ts';
import { lockFolder } from '../../../src/platform/data/folder-lock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { belay } from '../belay.ts';

const dataFolder = () => {
  const data = temporaryFolder('keys');
  return { data, keys: join(data, 'keys'), first: keysMadeIn(join(data, 'keys')).signing.keyId };
};

test('rotate makes a new key, keeps the public part of the old one, and list shows both', async () => {
  const { data, keys, first } = dataFolder();
  const rotated = await belay(['keys', 'rotate', '--data', data]);
  expect(rotated).toMatchObject({ code: 0, err: '' });
  const second = keysMadeIn(keys).signing.keyId;
  expect(rotated.out).toContain(`${second} signs from the next start of the server; ${first} is retired`);
  const { out } = await belay(['keys', 'list', '--keys', keys, '--json']);
  expect(JSON.parse(out)).toEqual({
    keys: [
      { keyId: second, state: 'signs', retiredAt: null },
      { keyId: first, state: 'retired', retiredAt: expect.any(String) },
    ],
  });
});

test('rotate of a Belay that runs is refused and changes nothing: it would go on with the key it has', async () => {
  const { data, keys, first } = dataFolder();
  const release = lockFolder(data);
  const before = readFileSync(join(keys, 'authority.pem'), 'utf8');
  expect(await belay(['keys', 'rotate', '--data', data])).toMatchObject({
    code: 2,
    err: expect.stringContaining('stop it first'),
  });
  release?.();
  expect(readFileSync(join(keys, 'authority.pem'), 'utf8')).toBe(before);
  expect(existsSync(join(keys, 'retired'))).toBe(false);
  expect(keysMadeIn(keys).signing.keyId).toBe(first);
});

test('a folder without a key is not given one', async () => {
  const keys = temporaryFolder('keys');
  expect(await belay(['keys', 'rotate', '--keys', keys])).toMatchObject({
    code: 2,
    err: expect.stringContaining('authority.pem is not there'),
  });
  expect(existsSync(join(keys, 'authority.pem'))).toBe(false);
});
