import type { ExceptionDoors } from '../../src/authority/exceptions/exception-doors.ts';

/** Doors of a Belay in which nothing is excepted. */
export const noExceptions: ExceptionDoors = {
  requestException: async () => ({
    answer: 'invalid',
    problems: [{ field: 'check', message: 'nothing is excepted here' }],
  }),
  exceptions: async () => [],
  revokeException: async (id) => ({ answer: 'refused', why: 'unknown', message: `There is no exception ${id}.` }),
};
