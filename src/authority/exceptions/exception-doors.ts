import type { Exception, ExceptionTerms } from '../../domain/exception.ts';
import type { Person } from '../../domain/person.ts';
import type { AuthorityContext } from '../context.ts';
import { exceptionViews } from './exception-view.ts';
import { type ExceptionAnswer, requestException } from './request-exception.ts';
import { type RevokeAnswer, revokeException } from './revoke-exception.ts';

const PAGE = 1000;

/** Exceptions, as people's doors see them. */
export interface ExceptionDoors {
  /** Anyone who is signed in may ask. See `requestException`. */
  requestException(terms: ExceptionTerms, person: Person): Promise<ExceptionAnswer>;
  /** Asked for and in force, soonest to end first; with `past`, the last of those that are over too. */
  exceptions(filter?: { past?: boolean }): Promise<Exception[]>;
  /** Anyone who is signed in may. See `revokeException`. */
  revokeException(id: string, person: Person, reason: string): Promise<RevokeAnswer>;
}

export const exceptionDoors = (context: AuthorityContext): ExceptionDoors => ({
  requestException: (terms, person) => requestException(context, terms, person),
  exceptions: async ({ past = false } = {}) => {
    const rows = await context.db
      .selectFrom('exceptions')
      .selectAll()
      .$if(!past, (query) => query.where('revoked_at', 'is', null).where('until', '>', context.now()))
      .orderBy('until', past ? 'desc' : 'asc')
      .limit(PAGE)
      .execute();
    const views = await exceptionViews(context.db, context, rows);
    return past ? views : views.filter(({ state }) => state === 'requested' || state === 'in-force');
  },
  revokeException: (id, person, reason) => revokeException(context, id, person, reason),
});
