import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { beWelcome, type WorkerIdentity } from '../../../src/cli/compose/welcome.ts';
import type { Welcome } from '../../../src/authority/protocol.ts';
import { openLog } from '../../../src/platform/log.ts';
import { portOf } from '../../support/free-ports.ts';

const build = `sha256:${'a'.repeat(64)}` as const;
const good: Welcome = { queue: 'tools.kubernetes.default', keyId: 'k', build, payloadKey: 'p1' };
let server: Server | undefined;
afterEach(() => void server?.close());

async function serverThat(status: number, body: unknown): Promise<WorkerIdentity> {
  const started = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', location: 'http://127.0.0.1:1/' });
    response.end(JSON.stringify(body));
  });
  server = started;
  await once(started.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${portOf(started)}`;
  const log = openLog({ level: 'error' });
  return { url, token: 't', queue: good.queue, keyIds: ['old', 'k'], payloadKeys: ['p2', 'p1'], build, log };
}

test('a worker that agrees with the server in everything is welcome', async () => {
  await expect(beWelcome(await serverThat(200, good))).resolves.toBeUndefined();
});

test('one of another build is too, while a new version is rolled out', async () => {
  const identity = await serverThat(200, { ...good, build: `sha256:${'b'.repeat(64)}` });
  await expect(beWelcome(identity)).resolves.toBeUndefined();
});

test.each<[name: string, status: number, body: unknown, exitCode: number, says: string]>([
  ['another queue', 200, { ...good, queue: 'agents' }, 2, 'This token is of the queue agents'],
  ['another key', 200, { ...good, keyId: 'other' }, 2, 'signs with the key other'],
  ['a payload key this worker has not', 200, { ...good, payloadKey: 'p3' }, 2, 'encrypts with the payload key "p3"'],
  ['no encryption', 200, { ...good, payloadKey: null }, 2, 'the server does not'],
  ['an unknown token', 401, {}, 2, 'does not know this worker'],
  ['no such address', 404, {}, 2, 'answered 404'],
  ['something else altogether', 200, { hello: 1 }, 2, 'is no Belay server'],
  ['its own trouble', 503, {}, 3, 'answered 503'],
  ['a redirect, which would carry the token away', 302, {}, 3, 'does not answer'],
])('a server that says %s is not worked for', async (_, status, body, exitCode, says) => {
  await expect(beWelcome(await serverThat(status, body))).rejects.toMatchObject({
    exitCode,
    message: expect.stringContaining(says),
  });
});
