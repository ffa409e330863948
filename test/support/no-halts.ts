import type { FreezeDoors } from '../../src/authority/freezes/freeze-doors.ts';
import type { HaltDoors } from '../../src/authority/halts/halt-doors.ts';

/** The doors of a Belay where nothing is halted or frozen: a halt or a freeze is taken and forgotten. */
export const noHalts: HaltDoors & FreezeDoors = {
  addFreeze: async ({ scope, from, to, reason }, by) => ({
    answer: 'added',
    freeze: {
      id: 'f-000001',
      scope,
      from: from.toISOString(),
      to: to.toISOString(),
      reason,
      by,
      liftedAt: null,
      source: 'belay',
    },
  }),
  freezes: async () => [],
  liftFreeze: async () => ({ answer: 'lifted' }),
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
