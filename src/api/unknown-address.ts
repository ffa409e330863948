import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { problemBody } from '../platform/http/problem.ts';
import { sendProblem } from '../platform/http/problem-details.ts';
import { sendProblemPage } from './pages/page.ts';
import { wantsPage } from './sign-in/wants-page.ts';

/** 404 for an address that is none, 405 with `Allow` for one that takes other methods. */
export const unknownAddress = fastifyPlugin(async (app: FastifyInstance) => {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const allowed = methods.get(url) ?? new Set();
    for (const one of [method].flat()) allowed.add(one);
    methods.set(url, allowed);
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = '/'] = request.url.split('?');
    const allowed = [...methods].find(([url]) => samePath(url, path))?.[1];
    if (!allowed) {
      const problem = problemBody(404, 'There is nothing at this address.');
      return wantsPage(request) ? sendProblemPage(reply, problem) : sendProblem(reply, problem);
    }
    const list = [...allowed].join(', ');
    reply.header('allow', list);
    sendProblem(reply, problemBody(405, `This address takes ${list}.`));
  });
});

function samePath(route: string, path: string): boolean {
  const [wanted, given] = [route.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => (part.startsWith(':') ? given[at] !== '' : part === given[at]))
  );
}
