import { afterEach, expect, test } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { makeClient } from '../../../src/tools/kubernetes/client.ts';
import { transportOf } from '../../../src/tools/kubernetes/transport.ts';
import { type HttpStub, startHttpStub, type StubAnswer } from '../http-stub.ts';

let stub: HttpStub | undefined;
afterEach(async () => stub?.stop());

const status = (code: number, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  message,
});

async function clientOf(answer: StubAnswer | ((path: string) => StubAnswer), timeoutMs = 2000, server?: string) {
  stub = await startHttpStub((request) => (typeof answer === 'function' ? answer(request.url ?? '') : answer));
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'stub', server: server ?? stub.url, skipTLSVerify: true },
    { name: 'me', token: 't0k3n' },
  );
  return makeClient(transportOf(config, timeoutMs));
}
const never = () => new AbortController().signal;

test.each<[string, StubAnswer, string, string[]]>([
  [
    '403 names the verb, the thing and the rule that is missing',
    { status: 403, body: status(403, 'deployments.apps "checkout" is forbidden: User "me" cannot get resource') },
    'stop.forbidden',
    [
      'may not get deployments "checkout" in namespace shop',
      'a Role in namespace shop: {apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"]}',
      'User "me" cannot get resource',
    ],
  ],
  [
    '401 says that the credential is refused',
    { status: 401, body: status(401, 'Unauthorized') },
    'stop.forbidden',
    ['credential', '401'],
  ],
  [
    '404 names the thing',
    { status: 404, body: status(404, 'deployments.apps "checkout" not found') },
    'stop.not-found',
    ['deployments "checkout" in namespace shop'],
  ],
  [
    '422 keeps what the server said',
    { status: 422, body: status(422, 'spec.replicas: must be positive') },
    'stop.invalid-input',
    ['spec.replicas: must be positive'],
  ],
  [
    '409 means: read again',
    { status: 409, body: status(409, 'the object has been modified') },
    'retry.not-yet',
    ['changed'],
  ],
  [
    '500 may be tried again',
    { status: 500, body: status(500, 'etcd leader changed') },
    'retry.unreachable',
    ['etcd leader changed'],
  ],
  [
    'a proxy page is one short line',
    { status: 502, body: `<html>\n<b>Bad\u001b[31m Gateway</b>${'x'.repeat(5000)}` },
    'retry.unreachable',
    ['Bad'],
  ],
  [
    'a redirect is not an answer',
    { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    'retry.unreachable',
    ['Cannot reach'],
  ],
  [
    '200 that is no JSON is not an API server',
    { status: 200, body: '<html>welcome</html>' },
    'stop.unsupported',
    ['is this an API server?'],
  ],
])('%s', async (_, answer, type, says) => {
  const client = await clientOf(answer);
  const failure: unknown = await client.deployment('shop', 'checkout', never()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ type });
  const message = failure instanceof Error ? failure.message : '';
  for (const part of says) expect(message).toContain(part);
  expect(message).not.toMatch(/\p{Cc}/u);
  expect(message.length).toBeLessThan(900);
  expect(message).not.toContain('t0k3n');
});

test.each([
  ['7', 7000],
  ['0', 0],
  ['a while', undefined],
  ['999999', 3_600_000],
])('429 with Retry-After %s', async (header, retryAfterMs) => {
  const client = await clientOf({ status: 429, headers: { 'retry-after': header } });
  await expect(client.deployment('shop', 'checkout', never())).rejects.toMatchObject({
    type: 'retry.throttled',
    retryAfterMs,
  });
});

test('a server that says nothing is unreachable, and the message names it and the time', async () => {
  const client = await clientOf('hang', 100);
  await expect(client.deployment('shop', 'checkout', never())).rejects.toMatchObject({
    type: 'retry.unreachable',
    message: expect.stringContaining(
      `Cannot reach ${stub?.url} to get deployments "checkout" in namespace shop: no answer within 0.1 s`,
    ),
  });
});

test('a server that is not there is unreachable, with the reason', async () => {
  const client = await clientOf('hang', 2000, 'http://127.0.0.1:1');
  await expect(client.deployment('shop', 'checkout', never())).rejects.toMatchObject({
    type: 'retry.unreachable',
    message: expect.stringMatching(
      /^Cannot reach http:\/\/127\.0\.0\.1:1 to get deployments .*: (connect ECONNREFUSED|bad port)/,
    ),
  });
});

test('a cancelled call ends with the reason of its signal, not with a failure of the server', async () => {
  const client = await clientOf('hang', 60_000);
  const reason = new Error('cancelled by the run');
  const cancel = new AbortController();
  const call = client.deployment('shop', 'checkout', cancel.signal);
  cancel.abort(reason);
  await expect(call).rejects.toBe(reason);
});

test('a list is read page by page, and says when there was more than Belay reads', async () => {
  const page = (next: string) => ({
    body: { items: [{ metadata: { name: `after-${next}` } }], metadata: { continue: next } },
  });
  const few = await clientOf((path) => (path.includes('continue=two') ? page('') : page('two')));
  expect(await few.deployments('shop', never())).toMatchObject({ complete: true, items: [{}, {}] });
  await stub?.stop();
  const many = await clientOf(() => page('more'));
  const { items, complete } = await many.deployments('shop', never());
  expect([complete, items.length]).toEqual([false, stub?.requests.length]);
});

test('fields that Belay does not know come through a read and a write unharmed', async () => {
  const bodies: unknown[] = [];
  const stored = {
    metadata: { namespace: 'shop', name: 'checkout', resourceVersion: '7' },
    spec: { fromTheFuture: { deep: [1] }, template: { spec: { newField: 'x' } } },
  };
  stub = await startHttpStub((request, body) => {
    if (request.method === 'PUT') bodies.push(JSON.parse(body));
    return { body: stored };
  });
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'stub', server: stub.url, skipTLSVerify: true }, { name: 'me' });
  const client = makeClient(transportOf(config));
  await client.putDeployment(await client.deployment('shop', 'checkout', never()), { dryRun: true }, never());
  expect(bodies).toEqual([stored]);
  expect(stub.requests[1]).toContain('PUT /apis/apps/v1/namespaces/shop/deployments/checkout?dryRun=All');
});

test('an answer that never ends is cut off, not kept in memory', async () => {
  const client = await clientOf({ body: 'x'.repeat(17 * 1024 * 1024) }, 20_000);
  await expect(client.deployment('shop', 'checkout', never())).rejects.toMatchObject({
    type: 'stop.unsupported',
    message: expect.stringContaining('ask for less'),
  });
});
