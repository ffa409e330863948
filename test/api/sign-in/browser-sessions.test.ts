import { afterEach, describe, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { CSRF_HEADER, signIn } from '../../../src/api/sign-in/sign-in.ts';

const HOST = '127.0.0.1:7420';
const open: FastifyInstance[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((app) => app.close()))));

/** A server on which another door signs people in: by their name, which is proof enough here. */
async function start() {
  const app = Fastify();
  open.push(app);
  await app.register(signIn, {
    cookieName: 'belay',
    allowedHosts: () => [HOST],
    announceCode: () => undefined,
    secureCookie: false,
  });
  app.post<{ Body: { name: string } }>('/other-door', { config: { signsIn: true } }, (request, reply) => {
    app.browserSessions.start(reply, { id: `local:${request.body.name}`, name: request.body.name });
    return reply.code(204).send();
  });
  app.get('/who', { onRequest: app.requireSignedIn }, (request) => request.person);
  app.post('/change', { onRequest: app.requireSignedIn }, () => 'changed');
  await app.ready();
  const ask = (what: InjectOptions) => app.inject({ ...what, headers: { host: HOST, ...what.headers } });
  const enter = async (name: string, headers: Record<string, string> = {}) => {
    const answer = await ask({ method: 'POST', url: '/other-door', payload: { name }, headers });
    return { cookie: `belay=${answer.cookies.find((cookie) => cookie.name === 'belay')?.value}` };
  };
  return { ask, enter };
}

describe('a session of any person', () => {
  test('carries that person, through the web door', async () => {
    const { ask, enter } = await start();
    const [ada, grace] = [await enter('ada'), await enter('grace')];
    expect((await ask({ url: '/who', headers: ada })).json()).toEqual({ id: 'local:ada', name: 'ada', door: 'web' });
    expect((await ask({ url: '/who', headers: grace })).json()).toMatchObject({ id: 'local:grace' });
  });

  test('ends when somebody else signs in on the same browser: the old cookie opens nothing', async () => {
    const { ask, enter } = await start();
    const ada = await enter('ada');
    const grace = await enter('grace', ada);
    expect(grace).not.toEqual(ada);
    expect((await ask({ url: '/who', headers: ada })).statusCode).toBe(401);
    expect((await ask({ url: '/who', headers: grace })).json()).toMatchObject({ id: 'local:grace' });
  });

  test('a route that signs in needs no CSRF header; every other one does, also from that session', async () => {
    const { ask, enter } = await start();
    const headers = await enter('ada');
    expect((await ask({ method: 'POST', url: '/change', headers })).statusCode).toBe(403);
    const csrf: string = (await ask({ url: '/signin/csrf', headers })).json().token;
    const changed = await ask({ method: 'POST', url: '/change', headers: { ...headers, [CSRF_HEADER]: csrf } });
    expect(changed.body).toBe('changed');
  });

  test('another site cannot sign a browser in, whatever proof it sends', async () => {
    const { ask } = await start();
    const answer = await ask({
      method: 'POST',
      url: '/other-door',
      payload: { name: 'mallory' },
      headers: { origin: 'https://evil.example' },
    });
    expect(answer.statusCode).toBe(403);
    expect(answer.cookies).toEqual([]);
  });
});
