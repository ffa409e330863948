import { type Cap, capsTool } from '../../domain/cap.ts';
import type { PreviewedAction } from '../../domain/action.ts';

/** Why an action is more than a cap allows at once, in words. */
export function capProblem(caps: readonly Cap[], { tool, blastRadius, sentence }: PreviewedAction): string | undefined {
  for (const cap of caps.filter((one) => capsTool(one, tool))) {
    if (cap.count !== undefined && blastRadius.count > cap.count)
      return `${sentence}: it touches ${blastRadius.count} ${blastRadius.unit}, and ${cap.tool} may touch ${cap.count} at once`;
    if (cap.percent !== undefined && (blastRadius.percent ?? 0) > cap.percent)
      return `${sentence}: it touches ${blastRadius.percent} %, and ${cap.tool} may touch ${cap.percent} % at once`;
  }
  return undefined;
}
