import { afterEach, describe, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { calls } from '../../src/authority/calls.ts';
import { httpAuthority } from '../../src/authority/http-client.ts';
import { authorityFace } from '../../src/authority/http-face.ts';
import { type Call, protocol } from '../../src/authority/protocol.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { Failure, FailureType } from '../../src/domain/failure.ts';
import { kindOfQueue } from '../../src/domain/queue.ts';
import { problemDetails } from '../../src/platform/http/problem-details.ts';
import { sha256Hex } from '../../src/platform/http/secret-match.ts';
import { fakeAuthority } from './fake-authority.ts';

const QUEUES = ['runbooks', 'agents', 'tools.kubernetes.default', 'tools.kubernetes.prod'];
const tokenOf = (queue: string): string => `token of ${queue}`.replaceAll(' ', '-');
const open: FastifyInstance[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((app) => app.close()))));

const DIGEST = digestOf('x');
const preview = (connection: string) => ({
  run: 'r-00000001',
  execution: 'e',
  sequence: 1,
  preview: {
    tool: 'kubernetes.scale',
    toolSchemaHash: DIGEST,
    args: {},
    target: { system: 'kubernetes', connection, key: 'k', name: 'n', tags: {} },
    precondition: {},
    sentence: 's',
    diff: '',
    blastRadius: { count: 1, unit: 'pod' },
    preState: null,
    undo: null,
    owner: null,
    command: null,
    risk: 'write',
    reversible: 'yes',
    safeToRepeat: 'no',
  },
});
const BLOB = { id: `blob:${'0'.repeat(64)}`, bytes: 1, mediaType: 'text/plain', summary: '' };

async function start(answers: Record<string, unknown> = {}) {
  const { authority, asked } = fakeAuthority({
    putBlob: BLOB,
    preview: { id: 'r-00000001/1', digest: DIGEST },
    ...answers,
  });
  const app = Fastify();
  open.push(app);
  const faults: unknown[] = [];
  await app.register(problemDetails, { onFault: (error) => faults.push(error) });
  const queueOfAction = async (action: string) => ({ 'r-00000001/1': 'tools.kubernetes.default' })[action];
  const workerTokens = Object.fromEntries(QUEUES.map((queue) => [queue, sha256Hex(tokenOf(queue))]));
  await app.register(authorityFace, { authority, workerTokens, queueOfAction });
  const post = (call: string, queue: string | undefined, payload: object = {}) =>
    app.inject({
      method: 'POST',
      url: `/authority/${call}`,
      headers: queue === undefined ? {} : { authorization: `Bearer ${tokenOf(queue)}` },
      payload,
    });
  const client = async (queue: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}) => {
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return httpAuthority({ url, token: tokenOf(queue), ...options });
  };
  return { app, post, client, asked, faults };
}

describe('who may call what', () => {
  const walk = calls.flatMap((call) => QUEUES.map((queue) => [call, queue] as const));

  test('the walk sees the whole protocol', () => {
    expect(calls.length).toBe(Object.keys(protocol).length);
    expect(calls.length).toBeGreaterThan(20);
    for (const call of calls) expect(protocol[call].by.length).toBeGreaterThan(0);
  });

  test.each(walk)('%s from %s: as the protocol says, and nobody else', async (call, queue) => {
    const { post, asked } = await start();
    const { statusCode, body } = await post(call, queue);
    const kind = kindOfQueue(queue);
    const allowed = kind !== undefined && protocol[call].by.some((one) => one === kind);
    if (allowed) expect([200, 422]).toContain(statusCode);
    else expect([statusCode, body]).toEqual([403, expect.stringContaining(`may not call ${call}`)]);
    expect(asked.length).toBe(statusCode === 200 ? 1 : 0);
  });

  test.each(calls)('%s without a token, or with one that is none, is 401', async (call) => {
    const { post, app, asked } = await start();
    expect((await post(call, undefined)).statusCode).toBe(401);
    for (const authorization of [
      'Bearer wrong',
      'Bearer',
      `Basic ${tokenOf('runbooks')}`,
      `Bearer ${sha256Hex(tokenOf('runbooks'))}`,
    ]) {
      const answer = await app.inject({
        method: 'POST',
        url: `/authority/${call}`,
        headers: { authorization },
        payload: {},
      });
      expect(answer.statusCode).toBe(401);
    }
    expect(asked).toEqual([]);
  });

  test('a queue with a name that is none of ours may call nothing, even with a token', async () => {
    const { authority } = fakeAuthority();
    const app = Fastify();
    open.push(app);
    await app.register(problemDetails, { onFault: () => undefined });
    await app.register(authorityFace, {
      authority,
      workerTokens: { root: sha256Hex('t') },
      queueOfAction: async () => undefined,
    });
    const answer = await app.inject({
      method: 'POST',
      url: '/authority/unlock',
      headers: { authorization: 'Bearer t' },
      payload: {},
    });
    expect(answer.statusCode).toBe(403);
  });
});

describe('the welcome', () => {
  async function face(workerTokens: Record<string, string | string[]>) {
    const app = Fastify();
    open.push(app);
    await app.register(problemDetails, { onFault: () => undefined });
    const { authority } = fakeAuthority();
    const about = { keyId: 'k', build: DIGEST, payloadKey: null };
    await app.register(authorityFace, {
      authority,
      workerTokens,
      queueOfAction: async () => undefined,
      welcome: () => about,
    });
    return (token: string) => app.inject({ url: '/authority/welcome', headers: { authorization: `Bearer ${token}` } });
  }

  test('says whose token it is, and nothing to a stranger', async () => {
    const ask = await face({ runbooks: sha256Hex('a'), agents: sha256Hex('b') });
    expect((await ask('b')).json()).toEqual({ queue: 'agents', keyId: 'k', build: DIGEST, payloadKey: null });
    expect((await ask('c')).statusCode).toBe(401);
  });

  test('while a token is changed, the old and the new are the same queue', async () => {
    const ask = await face({ runbooks: [sha256Hex('new'), sha256Hex('old')] });
    for (const token of ['new', 'old']) expect((await ask(token)).json()).toMatchObject({ queue: 'runbooks' });
    expect((await ask('older')).statusCode).toBe(401);
  });
});

describe('a tools worker', () => {
  const ACTIONS: [Call, object][] = [
    ['action', { phase: 'execute' }],
    ['grant', { phase: 'execute', toolSchemaHash: DIGEST, observed: {} }],
    ['outcome', { phase: 'execute', fence: 1, outcome: { status: 'done', summary: '' }, reconciled: false }],
  ];
  const GRANTED = { answer: 'granted', leaseMs: 1000, fence: 1, idempotencyKey: 'k' };

  test.each(ACTIONS)('makes %s for actions on its own connection only', async (call, request) => {
    const { post, asked } = await start({ grant: GRANTED, outcome: { recorded: true, outcome: null } });
    const own = { ...request, action: 'r-00000001/1' };
    const foreign = await post(call, 'tools.kubernetes.prod', own);
    const unknown = await post(call, 'tools.kubernetes.default', { ...request, action: 'r-00000001/2' });
    expect([foreign.statusCode, unknown.statusCode]).toEqual([403, 403]);
    expect(foreign.json().detail).toBe(unknown.json().detail.replace('default', 'prod'));
    expect(asked).toEqual([]);
    await post(call, 'tools.kubernetes.default', own);
    expect(asked).toMatchObject([{ call, request: own }]);
  });

  test('previews targets on its own connection only', async () => {
    const { post, asked } = await start();
    expect((await post('preview', 'tools.kubernetes.default', preview('prod'))).statusCode).toBe(403);
    expect(asked).toEqual([]);
    expect((await post('preview', 'tools.kubernetes.default', preview('default'))).statusCode).toBe(200);
  });
});

describe('what passes is what the protocol says', () => {
  test('a request that is not in form is 422 and names the field', async () => {
    const { post, asked } = await start();
    const answer = await post('news', 'runbooks', { run: 'r-1', execution: 7 });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors.map(({ field }: { field: string }) => field)).toEqual(['run', 'execution']);
    expect(asked).toEqual([]);
  });

  test('what is not in the form of the request or the answer does not go through', async () => {
    const news = { cancelled: false, alertResolved: true, halted: null };
    const { post, asked } = await start({ news: { ...news, secret: 'x' } });
    const answer = await post('news', 'runbooks', { run: 'r-00000001', execution: 'e', as: 'admin' });
    expect(answer.json()).toEqual(news);
    expect(asked).toEqual([{ call: 'news', request: { run: 'r-00000001', execution: 'e' } }]);
  });

  test('an answer of ours that is not in form is a fault of ours, and does not go out', async () => {
    const { post, faults } = await start({ news: { secret: 'x' } });
    const answer = await post('news', 'runbooks', { run: 'r-00000001', execution: 'e' });
    expect([answer.statusCode, answer.body.includes('secret')]).toEqual([500, false]);
    expect(faults).toHaveLength(1);
  });

  test('a blob may be large, up to 4 MiB; nothing else may', async () => {
    const { post } = await start();
    const content = 'x'.repeat(2 * 1024 * 1024);
    expect((await post('putBlob', 'agents', { content, mediaType: 'text/plain', summary: '' })).statusCode).toBe(200);
    expect((await post('note', 'runbooks', { text: content })).statusCode).toBe(413);
    const larger = { content: content + content, mediaType: 'text/plain', summary: '' };
    expect((await post('putBlob', 'agents', larger)).statusCode).toBe(413);
  });
});

describe('the client and the face', () => {
  const OF_RUN = { run: 'r-00000001', execution: 'e' };
  const NEWS = { cancelled: true, alertResolved: false, halted: null };

  test('a call arrives and its answer comes back', async () => {
    const { client, asked } = await start({ news: NEWS });
    expect(await (await client('runbooks')).news(OF_RUN)).toEqual(NEWS);
    expect(asked).toEqual([{ call: 'news', request: OF_RUN }]);
  });

  test('has every call of the protocol', async () => {
    const client = httpAuthority({ url: 'http://127.0.0.1:1', token: 't' });
    expect(Object.keys(client).sort()).toEqual([...calls].sort());
  });

  test.each(FailureType.options)('%s is thrown there and caught here', async (type) => {
    const thrown = new Failure(type, 'run r-00000001: not bound yet');
    const { client } = await start({ news: () => Promise.reject(thrown) });
    await expect((await client('runbooks')).news(OF_RUN)).rejects.toMatchObject({
      name: 'Failure',
      type,
      message: thrown.message,
    });
  });

  test('how long to wait comes along', async () => {
    const { client } = await start({
      news: () => Promise.reject(new Failure('retry.throttled', 'x', { retryAfterMs: 7000 })),
    });
    await expect((await client('runbooks')).news(OF_RUN)).rejects.toMatchObject({ retryAfterMs: 7000 });
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    ['a fault of the server', { news: () => Promise.reject(new Error('boom')) }, 'runbooks', 'retry.unreachable'],
    ['a queue that may not', {}, 'agents', 'stop.forbidden'],
    ['a token that is none', {}, 'unknown', 'stop.forbidden'],
  ])('%s is a Failure too', async (_what, answers, queue, type) => {
    const { client } = await start(answers);
    await expect((await client(queue)).news(OF_RUN)).rejects.toMatchObject({ name: 'Failure', type });
  });

  test('nobody there, and nobody answering, are retry.unreachable and name the address', async () => {
    const nobody = httpAuthority({ url: 'http://127.0.0.1:1', token: 't' });
    await expect(nobody.news(OF_RUN)).rejects.toMatchObject({
      type: 'retry.unreachable',
      message: expect.stringContaining('127.0.0.1:1'),
    });
    const { client } = await start({ news: () => new Promise(() => undefined) });
    const silent = await client('runbooks', { timeoutMs: 50 });
    await expect(silent.news(OF_RUN)).rejects.toMatchObject({
      type: 'retry.unreachable',
      message: expect.stringContaining('no answer in 50 ms'),
    });
  });

  test('a cancelled call ends with the reason of its signal, so that Temporal sees a cancellation', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by Temporal');
    const { client } = await start({
      news: () => {
        controller.abort(reason);
        return new Promise(() => undefined);
      },
    });
    await expect((await client('runbooks', { signal: controller.signal })).news(OF_RUN)).rejects.toBe(reason);
  });

  async function other(answer: (app: FastifyInstance) => void) {
    const app = Fastify();
    open.push(app);
    answer(app);
    return httpAuthority({ url: await app.listen({ port: 0, host: '127.0.0.1' }), token: 'secret' });
  }

  test('a redirect is not followed: the token goes nowhere else', async () => {
    let elsewhere = 0;
    const client = await other((app) => {
      app.post('/authority/news', (_, reply) => reply.redirect('/elsewhere', 307));
      app.post('/elsewhere', () => ++elsewhere);
    });
    await expect(client.news(OF_RUN)).rejects.toMatchObject({ type: 'retry.unreachable' });
    expect(elsewhere).toBe(0);
  });

  test.each([
    ['an answer of another version', { cancelled: 'no' }],
    ['no JSON', '<html>'],
  ])('%s is stop.unsupported', async (_what, body) => {
    const client = await other((app) => app.post('/authority/news', () => body));
    await expect(client.news(OF_RUN)).rejects.toMatchObject({ type: 'stop.unsupported' });
  });
});
