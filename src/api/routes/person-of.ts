import type { FastifyRequest } from 'fastify';
import type { Person } from '../../domain/person.ts';

/** Who sent this. Only for routes behind `requireSignedIn`; throws where somebody forgot it. */
export function personOf(request: FastifyRequest): Person {
  if (!request.person) throw new Error(`${request.method} ${request.routeOptions.url} is not behind the sign-in`);
  return request.person;
}
