import { afterEach, describe, expect, test } from '@jest/globals';
import { exceptionSample } from '../support/exception-sample.ts';
import { closeAll, startApi } from './start-api.ts';

afterEach(closeAll);

const ADA = { id: 'local:ada', name: 'ada', door: 'api' };
const TERMS = {
  resource: 'aws:111122223333/eu-west-1/bucket/website',
  check: 's3_bucket_public_access',
  owner: 'platform team',
  reason: 'a website',
  control: 'public files only',
  until: '2026-12-24T01:00:00+01:00',
};
const ask = (payload: object) => ({ method: 'POST' as const, url: '/api/exceptions', payload });

describe('POST /api/exceptions', () => {
  test('asks for one in the name of whoever is signed in, its end in UTC', async () => {
    const { asAda, of } = await startApi(
      {},
      { requestException: async () => ({ answer: 'requested', exception: exceptionSample({ state: 'requested' }) }) },
    );
    const answer = await asAda(ask(TERMS));
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ id: 'x-7k2m9q', state: 'requested', gate: 'g-7k2m9q' });
    expect(of('requestException').map(({ args }) => args)).toEqual([
      [{ ...TERMS, runbook: null, until: '2026-12-24T00:00:00.000Z' }, ADA],
    ]);
  });

  test.each([
    [{ ...TERMS, owner: undefined }, 'owner'],
    [{ ...TERMS, control: undefined }, 'control'],
    [{ ...TERMS, until: '2026-12-24' }, 'until'],
    [{ ...TERMS, resource: 'x'.repeat(501) }, 'resource'],
    [{ ...TERMS, approvedAt: '2026-01-01T00:00:00Z' }, 'approvedAt'],
  ])('%j is refused, naming %s, and asks nothing', async (payload, field) => {
    const { asAda, of } = await startApi();
    const answer = await asAda(ask(payload));
    expect([400, 422]).toContain(answer.statusCode);
    expect(answer.body).toContain(field);
    expect(of('requestException')).toEqual([]);
  });

  test('is 422 with each field that the authority finds wrong', async () => {
    const { asAda } = await startApi();
    const answer = await asAda(ask(TERMS));
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ errors: [{ field: 'check' }] });
  });
});

test('GET /api/exceptions lists them; those that are over only when asked for', async () => {
  const { asAda, of } = await startApi({}, { exceptions: async () => [exceptionSample()] });
  expect((await asAda({ method: 'GET', url: '/api/exceptions' })).json()).toEqual({ exceptions: [exceptionSample()] });
  await asAda({ method: 'GET', url: '/api/exceptions?past=true' });
  expect(of('exceptions').map(({ args }) => args)).toEqual([[{ past: false }], [{ past: true }]]);
});

test.each([
  ['unknown', 404],
  ['over', 409],
] as const)('revoking one that is %s is %d', async (why, status) => {
  const { asAda } = await startApi(
    {},
    { revokeException: async () => ({ answer: 'refused', why, message: `it is ${why}` }) },
  );
  const answer = await asAda({ method: 'POST', url: '/api/exceptions/x-1/revoke', payload: { reason: 'x' } });
  expect(answer.statusCode).toBe(status);
  expect(answer.json()).toMatchObject({ detail: `it is ${why}` });
});

test('the first page lists those in force, as text, and no others', async () => {
  const nasty = exceptionSample({ reason: '<script>alert(1)</script>' });
  const { asAda } = await startApi(
    {},
    { exceptions: async () => [nasty, exceptionSample({ id: 'x-000001', state: 'requested', owner: 'nobody' })] },
  );
  const page = await asAda({ method: 'GET', url: '/', headers: { accept: 'text/html' } });
  expect(page.body).toContain('platform team answers for it');
  expect(page.body).toContain('&lt;script&gt;');
  expect(page.body).not.toContain('nobody answers');
});
