import type { Halt } from '../../domain/halt.ts';
import type { Person } from '../../domain/person.ts';
import type { AuthorityContext } from '../context.ts';
import { halt, type HaltAnswer, type HaltRequest } from './halt.ts';
import { haltViews } from './halt-view.ts';
import { resume, type ResumeAnswer } from './resume.ts';

/** Halts, as people's doors see them. */
export interface HaltDoors {
  /** Anyone who is signed in may. See `halt`. */
  halt(request: HaltRequest, person: Person): Promise<HaltAnswer>;
  /** In force, oldest first; with `lifted`, the last hundred that are over too. */
  halts(filter?: { lifted?: boolean }): Promise<Halt[]>;
  /** One person's word for going on. Without `halt`: the only one in force. See `resume`. */
  resume(request: { halt?: string; reason?: string }, person: Person): Promise<ResumeAnswer>;
}

export const haltDoors = (context: AuthorityContext): HaltDoors => ({
  halt: (request, person) => halt(context, request, person),
  halts: async ({ lifted = false } = {}) => {
    const rows = await context.db
      .selectFrom('halts')
      .selectAll()
      .$if(!lifted, (query) => query.where('lifted_at', 'is', null))
      .orderBy('at', 'desc')
      .limit(lifted ? 100 : 1000)
      .execute();
    return await haltViews(context.db, rows.toReversed());
  },
  resume: (request, person) => resume(context, request, person),
});
