import { z } from 'zod';

export const RunState = z.enum(['queued', 'running', 'waiting', 'halted', 'finished', 'cancelled', 'failed']);
export type RunState = z.infer<typeof RunState>;

/** States in which a run is over and nothing more is granted to it. */
export const END_STATES = ['finished', 'cancelled', 'failed'] as const satisfies readonly RunState[];

export const isOver = (state: RunState): boolean => END_STATES.some((end) => end === state);

export const RunOutcome = z.enum([
  'fixed',
  'not-fixed',
  'inconclusive',
  'nothing-wrong',
  'denied',
  'expired',
  'in-doubt',
  'observed',
]);
export type RunOutcome = z.infer<typeof RunOutcome>;

/** `observe`: investigate and say what would have been asked. `propose`: open gates. */
export const RunMode = z.enum(['observe', 'propose']);
export type RunMode = z.infer<typeof RunMode>;
