import type { ListDoors } from '../../src/authority/lists/list-doors.ts';

/** The doors of a Belay whose runs have no lists. */
export const noLists: ListDoors = {
  lists: async () => [],
  list: async () => undefined,
  nameOf: () => undefined,
  keep: async (run, list) => ({
    answer: 'refused',
    why: 'unknown',
    message: `There is no list ${list} in run ${run}.`,
  }),
  batchItems: async () => undefined,
};
