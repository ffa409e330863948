import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Octokit } from '@octokit/rest';
import { createEmulator, type Emulator } from 'emulate';
import { freePort } from '../../support/free-ports.ts';
import { commits } from '../../../src/tools/github/commits.ts';
import { connectGithub } from '../../../src/tools/github/connect.ts';

const contextOf = (apiUrl: string, token: string) => ({
  client: connectGithub({ apiUrl, token }),
  connection: 'default',
  signal: new AbortController().signal,
  now: () => new Date(),
});
const ask = (input: object) => commits.input.parse({ repository: 'shop/deploy', ...input });

describe('github.commits on an emulated GitHub', () => {
  const token = 'test-token';
  let emulator: Emulator;
  let apiUrl: string;
  beforeAll(async () => {
    const port = await freePort();
    apiUrl = `http://127.0.0.1:${port}`;
    emulator = await createEmulator({
      service: 'github',
      port,
      baseUrl: apiUrl,
      seed: {
        tokens: { [token]: { login: 'ada', scopes: ['repo'] } },
        github: {
          users: [{ login: 'ada', name: 'Ada' }, { login: 'shop' }],
          repos: [{ owner: 'ada', name: 'deploy', auto_init: true }],
        },
      },
    });
    const git = new Octokit({ baseUrl: apiUrl, auth: token });
    for (const [path, message] of [
      ['apps/checkout.yaml', 'checkout 2.3.1'],
      ['apps/cart.yaml', 'cart 1.0'],
      ['apps/checkout-new.yaml', 'checkout 2.4.0\n\nwith a body'],
    ] as const)
      await git.rest.repos.createOrUpdateFileContents({
        owner: 'ada',
        repo: 'deploy',
        path,
        message,
        content: Buffer.from(message).toString('base64'),
      });
  });
  afterAll(async () => emulator?.close());

  test('the newest commits, newest first, subjects only', async () => {
    const { facts } = await commits.read(ask({ repository: 'ada/deploy', limit: 2 }), contextOf(apiUrl, token));
    expect(facts.commits.map(({ subject }) => subject)).toEqual(['checkout 2.4.0', 'cart 1.0']);
    expect(commits.facts.parse(facts)).toEqual(facts);
    expect(facts.commits[0]?.sha).toMatch(/^[0-9a-f]{40}$/);
  });

  test('a repository that is not there is named', async () => {
    await expect(commits.read(ask({ repository: 'ada/nothing' }), contextOf(apiUrl, token))).rejects.toMatchObject({
      type: 'stop.not-found',
      message: expect.stringContaining('commits of ada/nothing'),
    });
  });
});
