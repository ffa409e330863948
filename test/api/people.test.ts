import { afterEach, expect, test } from '@jest/globals';
import { closeAll, startApi } from './start-api.ts';

afterEach(closeAll);

const VIEW = {
  people: [{ person: 'ada', name: 'Ada', active: true, identities: ['local:ada'], memberships: [], uncounted: [] }],
  groups: [{ group: 'sre', members: ['ada'], now: ['ada'], leads: [], narrowedBy: [] }],
  notes: [],
};

test('people are shown to whoever is signed in, and to nobody else', async () => {
  const { ask, asAda, of } = await startApi({}, { people: async () => VIEW });
  expect((await ask({ url: '/api/people' })).statusCode).toBe(401);
  expect(of('people')).toEqual([]);
  const answer = await asAda({ url: '/api/people' });
  expect([answer.statusCode, answer.json()]).toEqual([200, VIEW]);
  expect(answer.headers['cache-control']).toBe('no-store');
});

test('the one local person is not asked for in the directory: who holds the machine signs in', async () => {
  const { ask, browser, of } = await startApi({}, { admit: async () => ({ refused: 'nobody is let in' }) });
  const { headers } = await browser();
  expect((await ask({ url: '/api/runbooks', headers })).statusCode).toBe(200);
  expect(of('admit')).toEqual([]);
});

test('without a provider there is no way there, and no address of it', async () => {
  const { ask } = await startApi();
  expect((await ask({ url: '/signin' })).body).not.toContain('/signin/oidc');
  expect((await ask({ url: '/signin/oidc' })).statusCode).toBe(404);
  expect((await ask({ url: '/signin/oidc/callback?state=x&code=y' })).statusCode).toBe(404);
});
