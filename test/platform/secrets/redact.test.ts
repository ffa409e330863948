import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { redact } from '../../../src/platform/secrets/redact.ts';

const KEY = 'MIIEpAIBAAKCAQEA04up8hoqzS1+APIB0RhjXyObwHQnOzhAk5Bd7mhkSbPkyhP1';
// Assembled here, so that scanners of this repository find no secret in it.
const join = (...parts: string[]) => parts.join('');
const GITHUB = join('ghp', '_1234567890abcdefghijklmnopqrstuvwxyz');
const SLACK = join('xoxb', '-123456789012-1234567890123-abcdefghijklmnopqrstuvwx');
const AWS = join('AKIA', 'IOSFODNN7EXAMPL2');
const JWT = join('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0In0', '.c2lnbmF0dXJl');

describe('a secret never passes', () => {
  test.each<[string, string, string]>([
    ['GitHub token', `token is ${GITHUB} ok`, GITHUB],
    ['Slack token', `posting with ${SLACK}`, SLACK],
    ['AWS key id', `id ${AWS},`, AWS],
    ['private key', `-----BEGIN RSA PRIVATE KEY-----\n${KEY}\n-----END RSA PRIVATE KEY-----\nafter`, KEY],
    [
      'encrypted private key',
      `-----BEGIN PRIVATE KEY-----\nDEK-Info: AES-256-CBC,0A\n\n${KEY}\n-----END PRIVATE KEY-----`,
      KEY,
    ],
    ['private key that is cut off', `-----BEGIN OPENSSH PRIVATE KEY-----\n${KEY}`, KEY],
    [
      'private key in one line of JSON',
      String.raw`{"key":"-----BEGIN PRIVATE KEY-----\n${KEY}\n-----END PRIVATE KEY-----\n"}`,
      KEY,
    ],
    ['bearer token', 'sent Bearer abcdefghijklmnop0123', 'abcdefghijklmnop0123'],
    ['authorization header', 'Authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
    ['authorization header in JSON', '{"authorization":"Token hunter2hunter2"}', 'hunter2hunter2'],
    ['cookie', 'cookie: session=s3cr3tvalue; theme=dark', 's3cr3tvalue'],
    ['JSON web token', `jwt ${JWT}!`, JWT],
    ['password=', 'dsn host=db password=hunter2 sslmode=off', 'hunter2'],
    ['PASSWORD in an environment', 'DB_PASSWORD=hunter2', 'hunter2'],
    ['password in YAML', 'password: hunter2', 'hunter2'],
    ['password in JSON with quotes inside', String.raw`{"password":"hun\"ter2","user":"a"}`, 'ter2'],
    ['quoted password with spaces', 'password = "correct horse battery"', 'horse'],
    ['client secret', 'client_secret=0123456789', '0123456789'],
    ['credentials in an address', 'connecting to amqp://shop:hunter2@rabbit:5672/', 'hunter2'],
    ['credentials in a database address', 'postgres://user:passw0rd@db:5432/x', 'passw0rd'],
    ['a secret after a line that switches a scanner off', `// secretlint-disable\n${SLACK}`, SLACK],
  ])('%s', async (_, text, secret) => {
    const { text: clean, found } = await redact(text);
    expect(clean).not.toContain(secret);
    expect(clean).toMatch(/\[redacted: [a-z-]+\]/);
    expect(found).toBeGreaterThan(0);
    // What is redacted stays so, and is not counted again.
    expect(await redact(clean)).toEqual({ text: clean, found: 0 });
  });
});

test.each([
  'GET /cart 500 12ms',
  'image: registry.local/checkout:2.4.0@sha256:0123456789abcdef',
  'secretKeyRef:\n  name: db\n  key: password',
  'tokens used: 512, token_count=5',
  'unexpected token } in JSON at position 4',
  'see https://example.com:8443/path?x=1 and mail ops@example.com',
  '2026-11-21T10:42:00Z level=error msg="password rejected"',
  '-      value: [hidden: revision 3]',
])('what is no secret stays as it is: %s', async (text) => {
  expect(await redact(text)).toEqual({ text, found: 0 });
});

test('what stands around a secret stays readable', async () => {
  const { text, found } = await redact('a=1 password=hunter2, url=amqp://u:p4ss@mq/ b=2');
  expect(text).toBe('a=1 password=[redacted: assigned-secret], url=amqp://[redacted: url-credentials]@mq/ b=2');
  expect(found).toBe(2);
});

test('text too large to look at is cut, never let through unseen', async () => {
  const { text } = await redact(`${'log line\n'.repeat(200_000)}password=hunter2`);
  expect(Buffer.byteLength(text)).toBeLessThan(513 * 1024);
  expect(text).toContain('bytes left out');
  expect(text).not.toContain('hunter2');
});

test.each([
  'a.'.repeat(260_000),
  'eyJ-'.repeat(130_000),
  '-----BEGIN PRIVATE KEY-----'.repeat(19_000),
  'password='.repeat(58_000),
  'a://'.repeat(130_000),
  'Authorization: '.repeat(35_000),
])('text made to be slow does not stop the worker (%#)', async (text) => {
  await expect(redact(text)).resolves.toHaveProperty('text');
});

test('any text around any password: the password is gone', async () => {
  const quiet = fc.string({ unit: fc.constantFrom('a', 'x', '1', ' ', '\n', ';', ',', '{', '}'), maxLength: 200 });
  const password = fc.string({ unit: fc.constantFrom('G', 'H', 'J', '5', '9'), minLength: 8, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(quiet, password, quiet, async (before, secret, after) => {
      const { text } = await redact(`${before}\npassword=${secret}\n${after}`);
      expect(text).not.toContain(secret);
    }),
    { numRuns: 60 },
  );
});
