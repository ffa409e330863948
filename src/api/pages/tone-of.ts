import type { GateState } from '../../domain/gate.ts';
import type { RunView } from '../../authority/doors.ts';

/** How a pill is coloured; its word says it too. */
export type Tone = 'good' | 'bad' | 'wait' | 'flat';

const OUTCOMES: Record<NonNullable<RunView['outcome']>, Tone> = {
  fixed: 'good',
  'nothing-wrong': 'good',
  observed: 'flat',
  denied: 'flat',
  expired: 'wait',
  inconclusive: 'wait',
  'not-fixed': 'bad',
  'in-doubt': 'bad',
};
const RUNS: Record<RunView['state'], Tone> = {
  queued: 'flat',
  running: 'flat',
  waiting: 'wait',
  halted: 'bad',
  finished: 'flat',
  cancelled: 'flat',
  failed: 'bad',
};
const GATES: Record<GateState, Tone> = {
  open: 'wait',
  frozen: 'bad',
  approved: 'good',
  executing: 'good',
  done: 'good',
  denied: 'flat',
  expired: 'wait',
  void: 'flat',
  'in-doubt': 'bad',
};

/** Of a run: what came of it, where something did. A run that ended is not a run that went well. */
export const runTone = ({ state, outcome }: Pick<RunView, 'state' | 'outcome'>): Tone =>
  outcome === null ? RUNS[state] : OUTCOMES[outcome];

export const gateTone = (state: GateState): Tone => GATES[state];
