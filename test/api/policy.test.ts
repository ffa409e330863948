import { afterEach, describe, expect, test } from '@jest/globals';
import type { PolicyDoors } from '../../src/authority/bundle/policy-doors.ts';
import { noPolicy } from '../support/no-policy.ts';
import { closeAll, startApi } from './start-api.ts';

afterEach(closeAll);

const ADA = { id: 'local:ada', name: 'ada', door: 'api' };
const EXPLAIN = { method: 'POST' as const, url: '/api/policy/explain' };

describe('GET /api/policy', () => {
  test('is what is in force, and what was tried and does not load', async () => {
    const refused = { at: '2026-03-01T00:00:00.000Z', problems: ['a.cedar:1: unexpected end of input'] };
    const view = { ...(await noPolicy.policy()), refused };
    const { asAda } = await startApi({}, { policy: async () => view });
    const answer = await asAda({ url: '/api/policy' });
    expect([answer.statusCode, answer.json()]).toEqual([200, view]);
  });

  test('is for people who signed in', async () => {
    const { ask } = await startApi();
    expect((await ask({ url: '/api/policy' })).statusCode).toBe(401);
    expect((await ask({ method: 'POST', url: '/api/policy/reload' })).statusCode).toBe(401);
  });
});

describe('POST /api/policy/reload', () => {
  test.each<Awaited<ReturnType<PolicyDoors['reloadPolicy']>>>([
    { answer: 'unchanged', hash: 'sha256:a' },
    { answer: 'activated', hash: 'sha256:b', diff: ['policy stop added'] },
    { answer: 'refused', hash: 'sha256:a', problems: ['a.cedar:1: no'] },
  ])('reads the files anew in the name of whoever asks: $answer', async (said) => {
    const { asAda, of } = await startApi({}, { reloadPolicy: async () => said });
    const answer = await asAda({ method: 'POST', url: '/api/policy/reload', payload: {} });
    expect([answer.statusCode, answer.json()]).toEqual([200, said]);
    expect(of('reloadPolicy').map(({ args }) => args)).toEqual([[ADA]]);
  });
});

describe('POST /api/policy/explain', () => {
  test('says what would happen and by which rule', async () => {
    const { asAda, of } = await startApi();
    const answer = await asAda({ ...EXPLAIN, payload: { tool: 'kubernetes.scale', who: 'ada' } });
    expect(answer.json()).toMatchObject({ judgement: { say: 'forbid', rule: 'no policy' }, said: [] });
    expect(of('explainPolicy')[0]?.args).toEqual([{ who: 'ada', tool: 'kubernetes.scale', target: {}, context: {} }]);
  });

  test.each([
    ['a tool that is none', { tool: 'x.y' }, 422, 'no tool is called x.y'],
    ['no tool', {}, 422, 'tool'],
    ['a circumstance nobody knows', { tool: 'x.y', context: { mood: 'good' } }, 422, 'mood'],
    ['a risk there is not', { tool: 'x.y', context: { risk: 'high' } }, 422, 'risk'],
    ['a tag that is no text', { tool: 'x.y', target: { team: 1 } }, 422, 'team'],
  ])('%s: refused, naming it', async (_, payload, status, named) => {
    const { asAda } = await startApi(
      {},
      { explainPolicy: async ({ tool }) => ({ unknown: `no tool is called ${tool}` }) },
    );
    const answer = await asAda({ ...EXPLAIN, payload });
    expect(answer.statusCode).toBe(status);
    expect(answer.body).toContain(named);
  });
});
