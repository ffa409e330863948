import type { FastifyRequest } from 'fastify';

/** Whether a person is looking at the answer in a browser (a page is due) rather than a program (a problem is due). */
export const wantsPage = (request: FastifyRequest): boolean =>
  request.headers.accept?.includes('text/html') === true && request.headers.authorization === undefined;
