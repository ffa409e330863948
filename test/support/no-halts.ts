import type { HaltDoors } from '../../src/authority/halts/halt-doors.ts';

/** The doors of a Belay where nothing is halted: a halt is taken and forgotten. */
export const noHalts: HaltDoors = {
  halt: async ({ scope, undo, reason }, by) => ({
    answer: 'halted',
    again: false,
    halt: {
      id: 'h-000001',
      scope,
      undo,
      reason,
      by,
      at: '2026-01-02T03:04:05.000Z',
      gate: 'g-000009',
      liftedAt: null,
    },
  }),
  halts: async () => [],
  resume: async () => ({
    halt: null,
    gate: null,
    decision: { answer: 'refused', why: 'unknown-gate', message: 'Nothing is halted.' },
  }),
};
