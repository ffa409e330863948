import { afterEach, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import { BODY_LIMIT } from '../../src/api/server.ts';
import type { Doors } from '../../src/authority/doors.ts';
import type { Acknowledged } from '../../src/authority/runs/acknowledge.ts';
import type { DecisionAnswer } from '../../src/domain/decision.ts';
import { Failure } from '../../src/domain/failure.ts';
import { Gate } from '../../src/domain/gate.ts';
import { Problem } from '../../src/platform/http/problem.ts';
import { BLOB, DIGEST, GATE, gate, RUN, recordOf, run } from './fake-doors.ts';
import { closeAll, startApi } from './start-api.ts';

afterEach(closeAll);

const ADA = { id: 'local:ada', name: 'ada', door: 'api' } as const;
const START = { runbook: 'remediation/bad-deploy', input: { namespace: 'shop' } };
const APPROVE = { decision: 'approve', digest: DIGEST };
const DECISIONS = `/api/gates/${GATE}/decisions`;
const post = (url: string, payload?: object, headers: Record<string, string> = {}): InjectOptions => ({
  method: 'POST',
  url,
  headers,
  ...(payload ? { payload } : {}),
});

describe('every endpoint answers as the contract says', () => {
  const has = (part: Record<string, unknown>): unknown => expect.objectContaining(part);
  test.each<[string, InjectOptions, number, unknown]>([
    ['GET /healthz', { url: '/healthz' }, 200, { status: 'ok' }],
    ['GET /readyz', { url: '/readyz' }, 200, { status: 'ready', parts: { database: 'up', temporal: 'up' } }],
    ['GET /api/openapi.json', { url: '/api/openapi.json' }, 200, has({ openapi: '3.1.0' })],
    ['GET /api/runbooks', { url: '/api/runbooks' }, 200, { runbooks: [has({ name: 'remediation/bad-deploy' })] }],
    ['POST /api/runs', post('/api/runs', START), 201, run],
    ['GET /api/runs', { url: '/api/runs' }, 200, { runs: [run] }],
    [
      'GET /api/runs/{id}',
      { url: `/api/runs/${RUN}` },
      200,
      expect.objectContaining({
        ...run,
        steps: expect.arrayContaining([expect.objectContaining({ seq: 1, text: 'step 1' })]),
      }),
    ],
    [
      'POST /api/runs/{id}/cancel',
      post(`/api/runs/${RUN}/cancel`, { reason: 'no' }),
      202,
      { id: RUN, status: 'cancelling' },
    ],
    [
      'POST /api/runs/{id}/cancel without a body',
      post(`/api/runs/${RUN}/cancel`),
      202,
      { id: RUN, status: 'cancelling' },
    ],
    [
      'POST /api/runs/{id}/cancel with a content type and nothing',
      post(`/api/runs/${RUN}/cancel`, undefined, { 'content-type': 'application/json' }),
      202,
      { id: RUN, status: 'cancelling' },
    ],
    [
      'POST /api/runs/{id}/acknowledge',
      post(`/api/runs/${RUN}/acknowledge`),
      200,
      { id: RUN, responder: expect.any(String), repeated: false },
    ],
    ['GET /api/gates?state=open', { url: '/api/gates?state=open' }, 200, { gates: [gate] }],
    ['GET /api/gates/{id}', { url: `/api/gates/${GATE}` }, 200, gate],
    [
      'POST /api/gates/{id}/decisions',
      post(DECISIONS, APPROVE),
      200,
      { gate: GATE, run: RUN, state: 'open', missing: [], repeated: false, decision: recordOf(ADA) },
    ],
    ['GET /api/ledger', { url: `/api/ledger?run=${RUN}` }, 200, { entries: [] }],
    ['GET /api/ledger/verify', { url: '/api/ledger/verify' }, 200, has({ ok: true, caveats: ['no outside anchor'] })],
  ])('%s', async (_what, request, status, body) => {
    const { asAda, faults } = await startApi();
    const answer = await asAda(request);
    expect(answer.json()).toEqual(body);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(faults).toEqual([]);
  });

  test('GET /api/runs/{id}/postmortem is Markdown', async () => {
    const { asAda } = await startApi();
    const answer = await asAda({ url: `/api/runs/${RUN}/postmortem` });
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([
      200,
      'text/markdown; charset=utf-8',
      '# What happened\n',
    ]);
  });

  test('GET /api/blobs/{id} is text to be saved, whatever it was', async () => {
    const { asAda } = await startApi();
    const answer = await asAda({ url: `/api/blobs/${BLOB}` });
    expect(answer.body).toBe('<script>alert(1)</script>');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': expect.stringMatching(/^attachment; filename="blob-a+\.txt"$/),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'no-store',
    });
  });

  test('a gate has what the contract names: digest, options with actions, what is missing', async () => {
    const { asAda } = await startApi();
    expect(Gate.parse((await asAda({ url: `/api/gates/${GATE}` })).json())).toEqual(gate);
  });

  test('not ready, and said so, while the database does not answer', async () => {
    for (const ready of [async () => false, () => Promise.reject(new Error('down'))]) {
      const { ask } = await startApi({}, { ready });
      const answer = await ask({ url: '/readyz' });
      expect([answer.statusCode, answer.json().parts.database]).toEqual([503, 'down']);
      expect((await ask({ url: '/healthz' })).statusCode).toBe(200);
    }
  });

  test('ready while Temporal is down: decisions and alerts are stored all the same', async () => {
    const { ask } = await startApi({ health: () => ({ parts: { temporal: 'down' } }), temporalUp: () => false });
    expect((await ask({ url: '/readyz' })).json()).toMatchObject({ status: 'ready', parts: { temporal: 'down' } });
  });

  test('/metrics counts runs by state, open approvals and requests; and works while the database does not', async () => {
    const up = await startApi();
    await up.asAda({ url: `/api/runs/${RUN}` });
    const text = (await up.ask({ url: '/metrics' })).body;
    expect(text).toContain('belay_runs{state="waiting"} 1');
    expect(text).toContain('belay_gates_open 1');
    expect(text).toContain('belay_http_request_seconds_count{method="GET",route="/api/runs/:id",status="200"} 1');
    expect(text).not.toContain(RUN);
    const down = await startApi({}, { runs: () => Promise.reject(new Failure('retry.unreachable', 'down')) });
    const answer = await down.ask({ url: '/metrics' });
    expect([answer.statusCode, answer.body.includes('belay_database_up 0')]).toEqual([200, true]);
  });

  test('the OpenAPI document describes every route of people, with its body, and no route of workers', async () => {
    const { ask } = await startApi({ workerTokens: {} });
    const document = (await ask({ url: '/api/openapi.json' })).json();
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/api/runs',
        '/api/runs/{id}/events',
        '/api/gates/{id}/decisions',
        '/api/ledger/verify',
        '/hooks/{source}',
      ]),
    );
    expect(Object.keys(document.paths).filter((path) => path.startsWith('/authority'))).toEqual([]);
    const body = document.paths['/api/gates/{id}/decisions'].post.requestBody.content['application/json'].schema;
    expect(body).toMatchObject({ required: ['decision', 'digest'], additionalProperties: false });
    const operations = Object.values<Record<string, { operationId?: string; responses: object }>>(
      document.paths,
    ).flatMap((methods) => Object.values(methods));
    const names = operations.map(({ operationId }) => operationId);
    expect(names).toContain('postGatesByIdDecisions');
    expect(new Set(names).size).toBe(operations.length);
    expect(operations.filter(({ responses }) => !('default' in responses))).toEqual([]);
  });
});

describe('starting a run', () => {
  test('hands on who asked, by which door, and the idempotency key', async () => {
    const { asAda, of } = await startApi();
    await asAda(
      post(
        '/api/runs',
        { ...START, mode: 'observe', dryRun: true },
        { 'idempotency-key': 'k-1', 'x-belay-door': 'cli' },
      ),
    );
    expect(of('start').map(({ args }) => args)).toEqual([
      [{ ...START, mode: 'observe', dryRun: true }, { ...ADA, door: 'cli' }, 'k-1'],
    ]);
  });

  test('answers with its address; a repeat with the same run, marked as such', async () => {
    const first = await (await startApi()).asAda(post('/api/runs', START));
    expect([first.headers['location'], first.headers['idempotent-replayed']]).toEqual([`/api/runs/${RUN}`, undefined]);
    const { asAda } = await startApi({}, { start: async () => ({ answer: 'known', run: RUN }) });
    const again = await asAda(post('/api/runs', START, { 'idempotency-key': 'k' }));
    expect([again.statusCode, again.json().id, again.headers['idempotent-replayed']]).toEqual([201, RUN, 'true']);
  });

  test.each<[string, Awaited<ReturnType<Doors['start']>>, object]>([
    [
      'an unknown runbook',
      { answer: 'unknown-runbook', message: 'there is no runbook "x"' },
      { field: 'runbook', message: 'there is no runbook "x"' },
    ],
    [
      'an input its schema refuses',
      { answer: 'invalid', problems: [{ field: 'input.window', message: 'is not a duration' }] },
      { field: 'input.window', message: 'is not a duration' },
    ],
    [
      'a key used for another request',
      { answer: 'key-reused', message: 'used for another request' },
      { field: 'Idempotency-Key', message: 'used for another request' },
    ],
  ])('%s is 422 and names the field', async (_what, start, error) => {
    const { asAda } = await startApi({}, { start: async () => start });
    const answer = await asAda(post('/api/runs', START));
    expect([answer.statusCode, answer.json().errors]).toEqual([422, [error]]);
  });
});

test.each<[Exclude<Acknowledged, { responder: string }>['answer'], number]>([
  ['unknown', 404],
  ['not-known', 403],
  ['over', 409],
  ['no-incident', 409],
])('being on an incident, when the authority says %s, is %d', async (answer, status) => {
  const { asAda } = await startApi({}, { acknowledge: async () => ({ answer, message: `no: ${answer}` }) });
  const said = await asAda(post(`/api/runs/${RUN}/acknowledge`));
  expect([said.statusCode, said.json().detail]).toEqual([status, `no: ${answer}`]);
});

describe('deciding', () => {
  type Refused = Extract<DecisionAnswer, { answer: 'refused' }>['why'];
  test.each<[Refused, number]>([
    ['unknown-gate', 404],
    ['not-an-approver', 403],
    ['not-open', 409],
    ['other-digest', 409],
    ['contrary', 409],
    ['invalid', 422],
    ['step-up-needed', 403],
    ['frozen', 409],
    ['forbidden', 403],
  ])("%s is %d, in the authority's words", async (why, status) => {
    const message = `no: ${why}, because`;
    const { asAda } = await startApi({}, { decide: async () => ({ answer: 'refused', why, message }) });
    const answer = await asAda(post(DECISIONS, APPROVE));
    expect([answer.statusCode, answer.json().detail]).toEqual([status, message]);
  });

  test("repeating one's own is 200 and the recorded one; part of a quorum says what is missing", async () => {
    const record = recordOf({ ...ADA, door: 'slack' });
    const { asAda } = await startApi(
      {},
      { decide: async () => ({ answer: 'repeated', record, complete: false, missing: ['1 of sre'] }) },
    );
    const answer = await asAda(post(DECISIONS, APPROVE));
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { gate: GATE, run: RUN, state: 'open', missing: ['1 of sre'], repeated: true, decision: record },
    ]);
  });

  test('an edit is 200 with the approval that takes its place, as soon as that is there', async () => {
    const next = 'g-000002';
    const record = recordOf({ ...ADA, door: 'cli' });
    let looks = 0;
    const { asAda, of } = await startApi(
      {},
      {
        decide: async () => ({ answer: 'revised', record, gate: next }),
        gate: async (id) =>
          id === GATE ? gate : ++looks < 3 ? undefined : { ...gate, id: next, missing: ['1 of sre'] },
      },
    );
    const answer = await asAda(post(DECISIONS, { ...APPROVE, decision: 'edit', args: { revision: 2 }, action: 0 }));
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { gate: next, run: RUN, state: 'open', missing: ['1 of sre'], repeated: false, decision: record },
    ]);
    expect(of('decide')[0]?.args[1]).toEqual({ ...APPROVE, decision: 'edit', args: { revision: 2 }, action: 0 });
  });

  test('an edit whose new approval is not there in time is answered with its id all the same', async () => {
    const record = recordOf({ ...ADA, door: 'cli' });
    const { asAda } = await startApi(
      { nextGateWithinMs: 20 },
      { decide: async () => ({ answer: 'revised', record, gate: 'g-000002' }) },
    );
    const answer = await asAda(post(DECISIONS, { ...APPROVE, decision: 'send-back', reason: 'smaller' }));
    expect([answer.statusCode, answer.json().gate, answer.json().state]).toEqual([200, 'g-000002', 'open']);
  });

  test.each<[string, object, string]>([
    ['no digest', { decision: 'approve' }, 'digest'],
    ['a digest that is none', { ...APPROVE, digest: 'yes' }, 'digest'],
    ['an unknown decision', { ...APPROVE, decision: 'maybe' }, 'decision'],
    ['a person in the body', { ...APPROVE, person: 'local:root' }, 'person'],
    ['a reason that is too long', { ...APPROVE, reason: 'x'.repeat(2001) }, 'reason'],
    ['arguments that are a list', { ...APPROVE, args: [] }, 'args'],
  ])('%s is 422, names the field, and never reaches the authority', async (_what, payload, field) => {
    const { asAda, of } = await startApi();
    const answer = await asAda(post(DECISIONS, payload));
    expect([answer.statusCode, answer.json().errors[0].field]).toEqual([422, field]);
    expect(of('decide')).toEqual([]);
  });
});

describe('bad input', () => {
  const raw = (payload: string | Buffer, headers: Record<string, string> = {}): InjectOptions => ({
    method: 'POST',
    url: DECISIONS,
    headers: { 'content-type': 'application/json', ...headers },
    payload,
  });
  const json = JSON.stringify(APPROVE);
  test.each<[string, InjectOptions, number, RegExp]>([
    ['an address that is none', { url: '/api/nothing' }, 404, /nothing at this address/],
    ['an address outside', { url: '/../../etc/passwd' }, 404, /nothing at this address/],
    ['an address that is no address', { url: '/api/runs/%zz' }, 400, /not a valid path/],
    ['an address that is too long', { url: `/api/runs/${'x'.repeat(5000)}` }, 414, /not a valid path/],
    ['a run that is none', { url: '/api/runs/r-zzzzzzzz' }, 404, /no run "r-zzzzzzzz"/],
    ['a run id that is none', { url: '/api/runs/%00' }, 404, /no run/],
    ['a gate that is none', { url: '/api/gates/g-zzzzzz' }, 404, /no approval "g-zzzzzz"/],
    ['a decision on a gate that is none', post('/api/gates/g-zzzzzz/decisions', APPROVE), 404, /no approval/],
    ['evidence that is none', { url: `/api/blobs/blob:${'b'.repeat(64)}` }, 404, /no evidence/],
    ['evidence by a path', { url: '/api/blobs/..%2f..%2fetc%2fpasswd' }, 404, /no evidence/],
    ['another method', { method: 'DELETE', url: `/api/runs/${RUN}` }, 405, /takes GET/],
    ['another method on a list', { method: 'PUT', url: '/api/runs', payload: {} }, 405, /POST, GET/],
    ['an unknown query', { url: '/api/runs?sate=open' }, 400, /sate: is not known/],
    ['an unknown state', { url: '/api/gates?state=opened' }, 400, /state/],
    ['a limit of 0', { url: '/api/runs?limit=0' }, 400, /limit/],
    ['a limit of a million', { url: '/api/runs?limit=1000000' }, 400, /limit/],
    ['no run for the ledger', { url: '/api/ledger' }, 400, /run: names the run/],
    ['a ledger of no run', { url: '/api/ledger?run=r-zzzzzzzz' }, 404, /no run/],
    [
      'an idempotency key with spaces',
      post('/api/runs', START, { 'idempotency-key': 'a b' }),
      400,
      /idempotency-key: is 1 to 200/,
    ],
    [
      'an event id that is none',
      { url: `/api/runs/${RUN}/events`, headers: { 'last-event-id': 'x' } },
      400,
      /Last-Event-ID/,
    ],
    ['no body', post(DECISIONS), 422, /JSON object is due/],
    ['an empty body', raw(''), 400, /empty/],
    ['null', raw('null'), 422, /JSON object is due/],
    ['a list', raw('[]'), 422, /body/],
    ['a string', raw('"x"'), 422, /body/],
    ['zero', raw('0'), 422, /body/],
    ['truncated JSON', raw(json.slice(0, -1)), 400, /ends too early/],
    ['two documents', raw(json + json), 400, /more than one/],
    ['a byte order mark', raw(`\ufeff${json}`), 400, /byte order mark/],
    ['UTF-16', raw(Buffer.from(json, 'utf16le')), 400, /UTF-16/],
    ['invalid UTF-8', raw(Buffer.from([0x22, 0xff, 0x22])), 400, /UTF-8/],
    ['a key twice', raw(json.replace('{', '{"decision":"deny",')), 400, /"decision" stands twice/],
    ['__proto__', raw('{"__proto__":{"decision":"approve"}}'), 400, /__proto__/],
    ['NUL in a reason', raw(JSON.stringify({ ...APPROVE, reason: 'a\0b' })), 400, /reason holds a NUL/],
    ['depth 10,000', raw(`{"args":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_001)}`), 400, /deeper than 100/],
    ['over 1 MiB', raw(' '.repeat(BODY_LIMIT + 1)), 413, /1048576/],
    ['1 GB, as it says', raw(json, { 'content-length': '1073741824' }), 413, /1048576/],
    ['a gzip bomb', raw(Buffer.alloc(100), { 'content-encoding': 'gzip' }), 415, /gzip/],
    ['no content type', raw(json, { 'content-type': '' }), 415, /application\/json/],
    [
      'a form',
      raw('decision=approve', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      /application\/json/,
    ],
    ['a content type that is none', raw(json, { 'content-type': 'json' }), 415, /application\/json/],
  ])('%s is a problem that says what is wrong', async (_what, request, status, detail) => {
    const { asAda, of, faults } = await startApi();
    const answer = await asAda(request);
    const problem = Problem.parse(answer.json());
    expect([problem.status, answer.statusCode]).toEqual([status, status]);
    expect(problem.detail).toMatch(detail);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(of('decide')).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('the database being down is 503 with Retry-After on every read and write', async () => {
    const down = () => Promise.reject(new Failure('retry.unreachable', 'the database does not answer'));
    const { asAda } = await startApi(
      {},
      { run: down, runs: down, gate: down, gates: down, start: down, verifyLedger: down, blob: down },
    );
    for (const request of [
      { url: '/api/runs' },
      { url: `/api/runs/${RUN}` },
      { url: '/api/gates' },
      post(DECISIONS, APPROVE),
      post('/api/runs', START),
      { url: '/api/ledger/verify' },
      { url: `/api/blobs/${BLOB}` },
    ]) {
      const answer = await asAda(request);
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
      expect(answer.json().detail).toBe('the database does not answer');
    }
  });

  test('what nobody foresaw is 500 with a reference, logged, and neither stack nor message leaves', async () => {
    const secret = new Error('password=hunter2 at db.ts:7');
    const { asAda, faults } = await startApi({}, { run: () => Promise.reject(secret) });
    const answer = await asAda({ url: `/api/runs/${RUN}` });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch(/hunter2|db\.ts|stack|Error:/);
    expect(answer.json().detail).toMatch(/log as [0-9a-f-]{13}\./);
    expect(faults).toEqual([secret]);
  });
});
