import { expect, test } from '@jest/globals';
import { commits } from '../../../src/tools/github/commits.ts';
import { connectGithub } from '../../../src/tools/github/connect.ts';
import { startHttpStub, type StubAnswer } from '../http-stub.ts';

const contextOf = (apiUrl: string, token: string) => ({
  client: connectGithub({ apiUrl, token }),
  connection: 'default',
  signal: new AbortController().signal,
  now: () => new Date(),
});
const ask = (input: object) => commits.input.parse({ repository: 'shop/deploy', ...input });

test.each<[string, StubAnswer, string, number | undefined]>([
  ['401', { status: 401, body: { message: 'Bad credentials' } }, 'stop.forbidden', undefined],
  [
    '403 for lack of rights',
    { status: 403, body: { message: 'Resource not accessible' } },
    'stop.forbidden',
    undefined,
  ],
  ['403 that means slow down', { status: 403, headers: { 'retry-after': '60' } }, 'retry.throttled', 60_000],
  ['429', { status: 429, headers: { 'retry-after': '5' } }, 'retry.throttled', 5000],
  [
    'an empty repository',
    { status: 409, body: { message: 'Git Repository is empty.' } },
    'stop.invalid-input',
    undefined,
  ],
  ['502', { status: 502, body: 'bad gateway' }, 'retry.unreachable', undefined],
])('%s', async (_, answer, type, retryAfterMs) => {
  const stub = await startHttpStub(() => answer);
  try {
    const read = commits.read(ask({ path: 'apps/checkout.yaml' }), contextOf(stub.url, 'x'));
    await expect(read).rejects.toMatchObject({ type, retryAfterMs });
    // One request: repeating is Temporal's job.
    expect(stub.requests).toEqual(['GET /repos/shop/deploy/commits?path=apps%2Fcheckout.yaml&per_page=10']);
  } finally {
    await stub.stop();
  }
});

test('a GitHub that is not there may be tried again', async () => {
  const read = commits.read(ask({}), contextOf('http://127.0.0.1:1', 'x'));
  await expect(read).rejects.toMatchObject({ type: 'retry.unreachable' });
});

test.each(['shop', 'shop/deploy/../..', 'a b/c', 'shop/deploy?x'])('%s is no repository', (repository) => {
  expect(commits.input.safeParse({ repository }).success).toBe(false);
});
