import type { Cap } from '../../domain/cap.ts';
import type { GateOption } from '../../domain/gate.ts';
import { leaveOut, type LeftOver } from '../gates/leave-out.ts';
import { capProblem } from './cap-problem.ts';

/**
 * The options that people may be asked about, and in words what is left out because it is more than a cap allows.
 * `forbidden` where nothing that could be done is left: nobody is asked to choose doing nothing.
 */
export function withinCaps(caps: readonly Cap[], options: readonly GateOption[]): LeftOver {
  return leaveOut(options.map((option) => ({ option, problem: capProblem(caps, option.actions) })));
}
