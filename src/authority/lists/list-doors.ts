import { nameOfIdentity } from '../../domain/directory.ts';
import type { KeepRequest } from '../../domain/keep.ts';
import type { Person } from '../../domain/person.ts';
import { type BatchItem, batchItems } from '../batches/batch-items.ts';
import type { AuthorityContext } from '../context.ts';
import { type KeepAnswer, keepItems } from './keep-items.ts';
import { listNames, listView, type ListItemView, type ListView } from './list-view.ts';

/** Lists of many like things, and the items of batch gates, as people's doors see them. */
export interface ListDoors {
  /** Names of a run's lists, oldest first. */
  lists(run: string): Promise<string[]>;
  /** A list and its items; with `owner` only those that this person is asked about (null: those nobody is named for). */
  list(
    run: string,
    name: string,
    owner?: string | null,
  ): Promise<{ list: ListView; items: ListItemView[] } | undefined>;
  /** Under which name the directory knows somebody; undefined for a stranger. */
  nameOf(person: Pick<Person, 'id'>): string | undefined;
  keep(run: string, list: string, request: KeepRequest, person: Person): Promise<KeepAnswer>;
  /** A page of a batch gate's items in their order; undefined where there is no such batch gate. */
  batchItems(gate: string, page?: { after: number; size: number }): Promise<BatchItem[] | undefined>;
}

export function listDoors(context: AuthorityContext): ListDoors {
  return {
    lists: (run) => listNames(context, run),
    list: (run, name, owner) => listView(context, run, name, owner),
    nameOf: ({ id }) => nameOfIdentity(context.bundle().directory, id),
    keep: (run, list, request, person) => keepItems(context, run, list, request, person),
    batchItems: async (id, page) => {
      const gate = await context.db.selectFrom('gates').selectAll().where('id', '=', id).executeTakeFirst();
      const batch = gate?.options[0]?.batch;
      return gate && batch ? await batchItems(context.db, gate, batch, page) : undefined;
    },
  };
}
