import { afterEach, describe, expect, test } from '@jest/globals';
import type { DecisionAnswer } from '../../src/domain/decision.ts';
import { decisionSample } from '../support/samples.ts';
import { noHalts } from '../support/no-halts.ts';
import { closeAll, startApi } from './start-api.ts';

afterEach(closeAll);

const ADA = { id: 'local:ada', name: 'ada', door: 'api' };
const begin = (payload: object) => ({ method: 'POST' as const, url: '/api/halt', payload });
const resume = (payload?: object) => ({ method: 'POST' as const, url: '/api/resume', ...(payload ? { payload } : {}) });

describe('POST /api/halt', () => {
  test.each([
    [{ reason: 'x' }, { scope: { kind: 'all' }, undo: false, reason: 'x' }],
    [
      { scope: 'tool:kubernetes.scale', undo: true, reason: 'x' },
      { scope: { kind: 'tool', value: 'kubernetes.scale' }, undo: true, reason: 'x' },
    ],
    [
      { scope: { kind: 'target', value: 'kubernetes:u/shop' }, reason: 'x' },
      { scope: { kind: 'target', value: 'kubernetes:u/shop' }, undo: false, reason: 'x' },
    ],
  ])('%j is a halt of %j, by whoever is signed in', async (payload, asked) => {
    const { asAda, of } = await startApi();
    const answer = await asAda(begin(payload));
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ id: 'h-000001', by: ADA, gate: 'g-000009', liftedAt: null });
    expect(of('halt').map(({ args }) => args)).toEqual([[asked, ADA]]);
  });

  test('of what they halted already is 200 and the first', async () => {
    const { asAda } = await startApi(
      {},
      {
        halt: async (request, by) => {
          const answer = await noHalts.halt(request, by);
          return answer.answer === 'halted' ? { ...answer, again: true } : answer;
        },
      },
    );
    expect((await asAda(begin({ reason: 'x' }))).statusCode).toBe(200);
  });

  test.each([
    [{}, 'reason'],
    [{ reason: 'x', scope: 'everything' }, 'scope'],
    [{ reason: 'x', scope: { kind: 'tool' } }, 'scope'],
    [{ reason: 'x', because: 'y' }, 'because'],
  ])('%j is refused, naming %s, and halts nothing', async (payload, field) => {
    const { asAda, of } = await startApi();
    const answer = await asAda(begin(payload));
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
    expect(answer.body).toContain(field);
    expect(of('halt')).toEqual([]);
  });

  test('with a name that nothing has is 422 and names the field', async () => {
    const problems = [{ field: 'scope', message: 'there is no tool "x"' }];
    const { asAda } = await startApi({}, { halt: async () => ({ answer: 'invalid', problems }) });
    const answer = await asAda(begin({ scope: 'tool:x', reason: 'y' }));
    expect([answer.statusCode, answer.json().errors]).toEqual([422, problems]);
  });

  test('needs somebody who is signed in', async () => {
    const { ask, of } = await startApi();
    expect((await ask(begin({ reason: 'x' }))).statusCode).toBe(401);
    expect(of('halt')).toEqual([]);
  });
});

describe('POST /api/resume', () => {
  const recorded = (complete: boolean, missing: string[]): DecisionAnswer => ({
    answer: 'recorded',
    record: decisionSample('ada'),
    complete,
    missing,
  });
  const resumed = (decision: DecisionAnswer) => ({ resume: async () => ({ halt: 'h-1', gate: 'g-000009', decision }) });

  test.each([
    [true, []],
    [false, ['1 of sre-leads']],
  ])('says whether that lifted it (%s) or who is missing', async (lifted, missing) => {
    const { asAda, of } = await startApi({}, resumed(recorded(lifted, missing)));
    const answer = await asAda(resume({ halt: 'h-1', reason: 'safe' }));
    expect(answer.json()).toEqual({ halt: 'h-1', gate: 'g-000009', lifted, missing, repeated: false });
    expect(of('resume').map(({ args }) => args)).toEqual([[{ halt: 'h-1', reason: 'safe' }, ADA]]);
  });

  test('without a body means the only one', async () => {
    const { asAda, of } = await startApi({}, resumed(recorded(true, [])));
    expect((await asAda(resume())).statusCode).toBe(200);
    expect(of('resume').map(({ args }) => args)).toEqual([[{}, ADA]]);
  });

  test.each([
    ['not-an-approver', 403],
    ['step-up-needed', 403],
    ['unknown-gate', 404],
    ['not-open', 409],
  ] as const)('refused (%s) is %i, in words', async (why, status) => {
    const { asAda } = await startApi({}, resumed({ answer: 'refused', why, message: 'because' }));
    const answer = await asAda(resume());
    expect([answer.statusCode, answer.json().detail]).toEqual([status, 'because']);
  });
});

test('GET /api/halts has those in force, and with ?lifted=true those that are over', async () => {
  const { asAda, of } = await startApi();
  expect((await asAda({ url: '/api/halts' })).json()).toEqual({ halts: [] });
  await asAda({ url: '/api/halts?lifted=true' });
  expect(of('halts').map(({ args }) => args)).toEqual([[{ lifted: false }], [{ lifted: true }]]);
});

describe('freezes', () => {
  const add = (payload: object) => ({ method: 'POST' as const, url: '/api/freezes', payload });
  const DAYS = { from: '2026-12-24T00:00:00+01:00', to: '2026-12-27T00:00:00Z' };

  test('are added with moments in any zone, from now unless it is said', async () => {
    const { asAda, of } = await startApi();
    const answer = await asAda(add({ scope: 'runbook:cost/idle', ...DAYS, reason: 'holidays' }));
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ id: 'f-000001', from: '2026-12-23T23:00:00.000Z', reason: 'holidays' });
    expect((await asAda(add({ to: DAYS.to, reason: 'x' }))).statusCode).toBe(201);
    expect(of('addFreeze')).toHaveLength(2);
  });

  test.each([
    [{ to: 'tomorrow', reason: 'x' }, 'to'],
    [{ to: '2026-12-27T00:00:00', reason: 'x' }, 'to'],
    [{ ...DAYS }, 'reason'],
    [{ ...DAYS, reason: 'x', scope: 'tool' }, 'scope'],
  ])('%j is refused, naming %s', async (payload, field) => {
    const { asAda, of } = await startApi();
    const answer = await asAda(add(payload));
    expect([400, 422]).toContain(answer.statusCode);
    expect(answer.body).toContain(field);
    expect(of('addFreeze')).toEqual([]);
  });

  test.each([
    ['unknown', 404],
    ['over', 409],
    ['not-an-approver', 403],
  ] as const)('are lifted by who may; refused (%s) is %i', async (why, status) => {
    const lift = { method: 'POST' as const, url: '/api/freezes/f-000001/lift' };
    expect((await (await startApi()).asAda(lift)).json()).toEqual({ id: 'f-000001', status: 'lifted' });
    const { asAda } = await startApi({}, { liftFreeze: async () => ({ answer: 'refused', why, message: 'no' }) });
    expect((await asAda(lift)).statusCode).toBe(status);
  });
});
