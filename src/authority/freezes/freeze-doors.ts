import type { Freeze } from '../../domain/halt.ts';
import type { Person } from '../../domain/person.ts';
import type { AuthorityContext } from '../context.ts';
import { addFreeze, type FreezeAnswer, type FreezeRequest } from './add-freeze.ts';
import { freezeView } from './freeze-view.ts';
import { type LiftAnswer, liftFreeze } from './lift-freeze.ts';

/** Change freezes, as people's doors see them. */
export interface FreezeDoors {
  /** Anyone who is signed in may. See `addFreeze`. */
  addFreeze(request: FreezeRequest, person: Person): Promise<FreezeAnswer>;
  /** In force and to come, soonest first; with `past`, the last hundred that are over too. Calendars' among them. */
  freezes(filter?: { past?: boolean }): Promise<Freeze[]>;
  /** Needs somebody who may resume. See `liftFreeze`. */
  liftFreeze(id: string, person: Person): Promise<LiftAnswer>;
}

export const freezeDoors = (context: AuthorityContext): FreezeDoors => ({
  addFreeze: (request, person) => addFreeze(context, request, person),
  freezes: async ({ past = false } = {}) => {
    const now = context.now();
    const rows = await context.db
      .selectFrom('freezes')
      .selectAll()
      .$if(!past, (query) => query.where('lifted_at', 'is', null).where('ends_at', '>', now))
      .orderBy('starts_at', 'desc')
      .limit(past ? 100 : 1000)
      .execute();
    const calendars = context.calendars?.comingFrom(now) ?? [];
    return [...rows.map(freezeView), ...calendars].toSorted((a, b) => a.from.localeCompare(b.from));
  },
  liftFreeze: (id, person) => liftFreeze(context, id, person),
});
