import type { FastifyInstance } from 'fastify';
import { PeopleView } from '../../authority/people/people-view.ts';
import type { ServerOptions } from '../server-options.ts';
import { typed } from './typed.ts';

/** `GET /api/people`: who is who, the groups, who may decide now, by which source and how old. */
export async function peopleRoutes(app: FastifyInstance, { doors }: Pick<ServerOptions, 'doors'>): Promise<void> {
  typed(app).get(
    '/api/people',
    {
      schema: {
        tags: ['people'],
        summary: 'Who is who, and who may decide now',
        description: 'Asks the outside lists that narrow groups as a click would, with the same maximum age.',
        response: { 200: PeopleView },
      },
    },
    () => doors.people(),
  );
}
