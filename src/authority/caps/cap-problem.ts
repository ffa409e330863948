import type { PreviewedAction } from '../../domain/action.ts';
import { type Cap, capsTool } from '../../domain/cap.ts';

/** What a cap is held against: an action, or a whole batch. */
export type Capped = Pick<PreviewedAction, 'tool' | 'blastRadius' | 'sentence'>;

/** Why one action is more than a cap's share of the whole; a share that nobody knows is more than any. */
function shareProblem({ tool, percent }: Cap, { blastRadius, sentence }: Capped): string | undefined {
  if (percent === undefined || (blastRadius.percent ?? Infinity) <= percent) return undefined;
  const much = blastRadius.percent === undefined ? 'nobody knows how much of the whole' : `${blastRadius.percent} %`;
  return `${sentence}: it touches ${much}, and ${tool} may touch ${percent} % at once`;
}

/**
 * Why what is approved together is more than a cap allows at once, in words. What one tool touches is added up over the
 * actions: ten that touch five each are fifty.
 */
export function capProblem(caps: readonly Cap[], actions: readonly Capped[]): string | undefined {
  for (const cap of caps) {
    for (const tool of new Set(actions.map((action) => action.tool).filter((name) => capsTool(cap, name)))) {
      const own = actions.filter((action) => action.tool === tool);
      const count = own.reduce((sum, { blastRadius }) => sum + blastRadius.count, 0);
      if (cap.count !== undefined && count > cap.count)
        return `${own.map(({ sentence }) => sentence).join('; ')}: it touches ${count} ${own[0]?.blastRadius.unit}, and ${cap.tool} may touch ${cap.count} at once`;
      const share = own.map((action) => shareProblem(cap, action)).find(Boolean);
      if (share !== undefined) return share;
    }
  }
  return undefined;
}
