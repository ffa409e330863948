import { createServer as createHttp } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import { CSRF_HEADER } from '../../src/api/sign-in/sign-in.ts';
import { sha256Hex } from '../../src/platform/http/secret-match.ts';
import { BLOB, DIGEST, GATE, RUN } from './fake-doors.ts';
import { AUTHORIZED, closeAll, HOST, startApi } from './start-api.ts';

afterEach(closeAll);

const DECIDE: InjectOptions = {
  method: 'POST',
  url: `/api/gates/${GATE}/decisions`,
  payload: { decision: 'approve', digest: DIGEST },
};
const START: InjectOptions = { method: 'POST', url: '/api/runs', payload: { runbook: 'remediation/bad-deploy' } };
const CODE: InjectOptions = { method: 'POST', url: '/api/sign-in-codes' };
const CANCEL: InjectOptions = { method: 'POST', url: `/api/runs/${RUN}/cancel` };
const READS: InjectOptions[] = [
  '/api/runbooks',
  '/api/runs',
  `/api/runs/${RUN}`,
  `/api/runs/${RUN}/events`,
  `/api/runs/${RUN}/postmortem`,
  '/api/gates',
  `/api/gates/${GATE}`,
  `/api/ledger?run=${RUN}`,
  '/api/ledger/verify',
  `/api/blobs/${BLOB}`,
].map((url) => ({ url }));
const PRIVATE = [...READS, DECIDE, START, CANCEL, CODE].map(
  (request) => [`${request.method ?? 'GET'} ${typeof request.url === 'string' ? request.url : ''}`, request] as const,
);
/** Routes that people need no proof for: probes, and those with a proof of their own. */
const OPEN = new Set([
  '/healthz',
  '/readyz',
  '/metrics',
  '/api/openapi.json',
  '/hooks/:source',
  '/slack/events',
  '/signin',
  '/signin/style.css',
  '/app.css',
  '/app.js',
  // A passkey's own word is the proof here; what it refuses is tested where passkeys are.
  '/signin/passkey',
  '/signin/passkey/options',
  '/passkey.js',
  '/passkey.css',
  '/passkeys',
  '/passkeys/begin',
  '/passkeys/add',
]);

/** Every route in Fastify's drawing of its tree, with its methods. */
function routesOf(drawing: string): [string, string][] {
  const parents: string[] = [];
  return [...drawing.matchAll(/^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?$/gm)].flatMap(
    ([, indent = '', part = '', methods]) => {
      const depth = indent.length / 4;
      parents[depth] = (parents[depth - 1] ?? '') + part;
      return methods ? [[parents[depth] ?? '', methods] satisfies [string, string]] : [];
    },
  );
}

describe('who may come in', () => {
  test.each(PRIVATE)('%s: a stranger is 401, and nothing is asked of the authority', async (_what, request) => {
    const { ask, calls } = await startApi();
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: 'Bearer' },
      { authorization: 'Basic eA==' },
      { cookie: 'belay=x' },
    ]) {
      const answer = await ask({ ...request, headers });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['content-type']).toContain('application/problem+json');
    }
    expect(calls).toEqual([]);
  });

  test('no other route is open: each one that exists is in the list above or answers 401', async () => {
    const { app } = await startApi({ workerTokens: { runbooks: sha256Hex('t') } });
    const urls = routesOf(app.printRoutes({ commonPrefix: false }));
    expect(urls.length).toBeGreaterThan(15);
    for (const [url, methods] of urls) {
      if (OPEN.has(url)) continue;
      const path = url.replace(':id', RUN).replace(':source', 'x');
      for (const method of (['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const).filter((one) => methods.includes(one))) {
        const { statusCode } = await app.inject({ method, url: path, headers: { host: HOST } });
        expect([method, url, statusCode]).toEqual([method, url, 401]);
      }
    }
  });

  test.each([
    ['nothing', {}, 'api'],
    ['cli', { 'x-belay-door': 'cli' }, 'cli'],
    ['terminal', { 'x-belay-door': 'terminal' }, 'terminal'],
  ])('the local token is the local person; with X-Belay-Door %s the door is said', async (_what, headers, door) => {
    const { asAda, of } = await startApi();
    await asAda({ ...DECIDE, headers });
    expect(of('decide')[0]?.args[2]).toEqual({ id: 'local:ada', name: 'ada', door });
  });

  test.each(['slack', 'web', 'alert', 'schedule', 'CLI', ''])(
    'X-Belay-Door %j is 400: other doors have proofs of their own',
    async (door) => {
      const { asAda, of } = await startApi();
      const answer = await asAda({ ...DECIDE, headers: { 'x-belay-door': door } });
      expect(answer.statusCode).toBe(400);
      expect(of('decide')).toEqual([]);
    },
  );

  test('the token can be changed while the server runs; the old one is then nobody', async () => {
    let token = 'one';
    const { ask } = await startApi({ token: () => token });
    const as = async (given: string) =>
      (await ask({ url: '/api/runs', headers: { authorization: `Bearer ${given}` } })).statusCode;
    expect([await as('one'), await as('two')]).toEqual([200, 401]);
    token = 'two';
    expect([await as('one'), await as('two')]).toEqual([401, 200]);
  });

  test('a token in the address is no token', async () => {
    const { ask } = await startApi();
    expect((await ask({ url: '/api/runs?token=the-local-token&access_token=the-local-token' })).statusCode).toBe(401);
  });

  test("a worker's token opens no door of people, and the people's token none of the workers'", async () => {
    const { ask } = await startApi({ workerTokens: { runbooks: sha256Hex('worker') } });
    const worker = { authorization: 'Bearer worker' };
    expect((await ask({ url: '/api/runs', headers: worker })).statusCode).toBe(401);
    const call: InjectOptions = { method: 'POST', url: '/authority/unlock', payload: { run: RUN, execution: 'e' } };
    expect((await ask({ ...call, headers: AUTHORIZED })).statusCode).toBe(401);
    expect((await ask({ ...call, headers: worker })).statusCode).toBe(200);
  });

  test('without worker tokens the face of the authority is not there at all', async () => {
    const { asAda } = await startApi();
    expect((await asAda({ method: 'POST', url: '/authority/grant', payload: {} })).statusCode).toBe(404);
  });
});

describe('a browser', () => {
  test('signed in reads with its cookie and decides with the CSRF header, by the door web', async () => {
    const { ask, browser, of } = await startApi();
    const { headers, csrf } = await browser();
    expect((await ask({ url: '/api/runs', headers })).statusCode).toBe(200);
    expect(
      (await ask({ ...DECIDE, headers: { ...csrf, 'sec-fetch-site': 'same-origin', origin: `http://${HOST}` } }))
        .statusCode,
    ).toBe(200);
    expect(of('decide')[0]?.args[2]).toEqual({ id: 'local:ada', name: 'ada', door: 'web' });
  });

  test('cannot say that it is another door', async () => {
    const { ask, browser, of } = await startApi();
    const { csrf } = await browser();
    await ask({ ...DECIDE, headers: { ...csrf, 'x-belay-door': 'terminal' } });
    expect(of('decide')[0]?.args[2]).toMatchObject({ door: 'web' });
  });

  test.each([DECIDE, START, CANCEL].map((request) => [request.url, request] as const))(
    'changes nothing at %s without the CSRF header, from another site or another port',
    async (_what, request) => {
      const { ask, browser, calls } = await startApi();
      const { headers, csrf } = await browser();
      const tries: Record<string, string>[] = [
        headers,
        { ...headers, [CSRF_HEADER]: 'guess' },
        { ...csrf, origin: 'https://evil.example' },
        { ...csrf, origin: 'http://127.0.0.1:9999' },
        { ...csrf, origin: 'null' },
        { ...csrf, 'sec-fetch-site': 'cross-site' },
        { ...csrf, 'sec-fetch-site': 'same-site' },
        { ...AUTHORIZED, origin: 'https://evil.example' },
      ];
      for (const tried of tries) expect((await ask({ ...request, headers: tried })).statusCode).toBe(403);
      expect(calls).toEqual([]);
    },
  );
});

describe('the host name', () => {
  test.each(PRIVATE)('%s under a name that is not ours is 421, even with the token', async (_what, request) => {
    const { app, calls } = await startApi();
    for (const host of ['evil.example', '127.0.0.1', '127.0.0.1:9999', `${HOST}.evil.example`]) {
      expect((await app.inject({ ...request, headers: { ...AUTHORIZED, host } })).statusCode).toBe(421);
    }
    expect(calls).toEqual([]);
  });

  test('does not matter to probes, which come by address', async () => {
    const { app } = await startApi();
    for (const url of ['/healthz', '/readyz', '/metrics']) {
      expect((await app.inject({ url, headers: { host: '10.1.2.3:7420' } })).statusCode).toBe(200);
    }
  });
});

describe("Slack's door", () => {
  test('gets the raw stream, untouched, with no token and under any name', async () => {
    const seen: { headers: unknown; body: string }[] = [];
    const slack = {
      requestListener: (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          seen.push({ headers: request.headers['x-slack-signature'], body: Buffer.concat(chunks).toString() });
          response.writeHead(200).end('taken');
        });
      },
    };
    const { app } = await startApi({ slack });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const body = 'payload=%7B%22a%22%3A%20%20%22b%22%7D&payload=x';
    const answer = await fetch(`${url}/slack/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-slack-signature': 'v0=1' },
      body,
    });
    expect([answer.status, await answer.text()]).toEqual([200, 'taken']);
    expect(seen).toEqual([{ headers: 'v0=1', body }]);
  });

  test('is 413 for what is too large or does not say, and 404 where Slack is not configured', async () => {
    const slack = { requestListener: () => expect(true).toBe(false) };
    const { ask } = await startApi({ slack });
    const large = { method: 'POST', url: '/slack/events', payload: 'x'.repeat(1024 * 1024 + 1) } as const;
    expect((await ask(large)).statusCode).toBe(413);
    const none = await startApi();
    expect((await none.ask({ method: 'POST', url: '/slack/events', payload: 'x' })).json().detail).toContain(
      'SLACK_BOT_TOKEN',
    );
  });
});

describe('what is not HTTP', () => {
  test.each([
    ['noise', 'nonsense\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    [
      'a length and chunks',
      'POST /api/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['headers of 20 KiB', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s is a problem too, and the connection ends', async (_what, bytes, status) => {
    const { app } = await startApi();
    await app.listen({ port: 0, host: '127.0.0.1' });
    const address = app.server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain('application/problem+json');
  });

  test('a request that never ends is given up: both timeouts are set, and shorter than a proxy waits', async () => {
    const { app } = await startApi();
    expect(createHttp().requestTimeout).toBeGreaterThan(60_000);
    expect(app.server.requestTimeout).toBeLessThanOrEqual(30_000);
    expect(app.server.headersTimeout).toBeLessThanOrEqual(30_000);
    expect(app.server.requestTimeout).toBeGreaterThan(0);
  });
});
