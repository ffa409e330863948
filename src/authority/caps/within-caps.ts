import type { Cap } from '../../domain/cap.ts';
import type { GateOption } from '../../domain/gate.ts';
import { capProblem } from './cap-problem.ts';

/**
 * The options that people may be asked about, and in words what is left out because it is more than a cap allows.
 * `forbidden` where nothing that could be done is left: nobody is asked to choose doing nothing.
 */
export function withinCaps(
  caps: readonly Cap[],
  options: readonly GateOption[],
): { options: GateOption[]; leftOut: string[]; forbidden: string | undefined } {
  const judged = options.map((option) => ({ option, problem: capProblem(caps, option.actions) }));
  const leftOut = judged.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  const within = judged.flatMap(({ option, problem }) => (problem === undefined ? [option] : []));
  const something = within.some(({ actions, manual }) => actions.length > 0 || manual !== null);
  return { options: within, leftOut, forbidden: leftOut.length > 0 && !something ? leftOut.join('; ') : undefined };
}
