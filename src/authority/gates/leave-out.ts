import type { GateOption } from '../../domain/gate.ts';

/** What may be asked of a plan, and in words what is left out; `forbidden` where nothing that could be done is left. */
export interface LeftOver {
  readonly options: GateOption[];
  readonly leftOut: string[];
  readonly forbidden: string | undefined;
}

/** Leaves out the options with a problem. Nobody is asked to choose doing nothing where all else was left out. */
export function leaveOut(judged: readonly { option: GateOption; problem: string | undefined }[]): LeftOver {
  const leftOut = judged.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  const options = judged.flatMap(({ option, problem }) => (problem === undefined ? [option] : []));
  const something = options.some(({ actions, manual }) => actions.length > 0 || manual !== null);
  return { options, leftOut, forbidden: leftOut.length > 0 && !something ? leftOut.join('; ') : undefined };
}
