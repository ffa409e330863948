import { describe, expect, test } from '@jest/globals';
import { secretArguments } from '../../../src/platform/secrets/secret-arguments.ts';

/** Made up, and put together here so that no scanner of this repository finds one. */
const AWS = ['AKIA', 'QWERTYUIOPASDFGH'].join('');
const GITHUB = ['ghp_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('');
const fields = async (args: Parameters<typeof secretArguments>[0]): Promise<string[]> =>
  (await secretArguments(args)).map(({ field }) => field);

describe('an argument that looks like a secret is found', () => {
  test.each([
    ['a token of GitHub', { note: `use ${GITHUB} for it` }, 'note'],
    ['an access key of AWS, deep inside', { env: [{ name: 'X', value: AWS }] }, 'env[0].value'],
    ['a private key', { pem: '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----' }, 'pem'],
    ['a password in an address', { url: 'postgres://app:hunter2@db/shop' }, 'url'],
    ['an assignment', { patch: 'DB_PASSWORD=hunter2' }, 'patch'],
    ['a header', { headers: ['Authorization: Basic YWRhOmxvdmU='] }, 'headers[0]'],
    ['whatever is called a password', { password: 'hunter2' }, 'password'],
    ['whatever is called an API key', { auth: { apiKey: '1234' } }, 'auth.apiKey'],
    ['one beside a reference', { note: `secret://db-password and ${AWS}` }, 'note'],
    ['one that tells the scanner to look away', { note: `secretlint-disable\n${GITHUB}` }, 'note'],
  ])('%s', async (_, args, field) => {
    expect(await fields(args)).toEqual([field]);
  });

  test('and is never repeated in what is said of it', async () => {
    const [problem] = await secretArguments({ password: 'hunter2', other: GITHUB });
    expect(problem?.message).toContain('secret://<name>');
    expect(JSON.stringify(await secretArguments({ password: 'hunter2', other: GITHUB }))).not.toMatch(/hunter2|ghp_/);
  });
});

test.each([
  ['a reference', { password: 'secret://db-password', url: 'postgres://app@db/shop' }],
  [
    'ordinary arguments',
    { namespace: 'shop', name: 'checkout', toRevision: 3, images: ['registry/shop/checkout:1.4'] },
  ],
  ['a digest and an id', { digest: `sha256:${'a'.repeat(64)}`, id: 'r-7d2k9x4m/1' }],
  ['the name of a secret', { secretName: 'db-credentials' }],
  ['nothing', {}],
  ['numbers, switches and empty texts', { tokens: 5, force: true, none: null, password: '' }],
])('%s is no secret', async (_, args) => {
  expect(await fields(args)).toEqual([]);
});
