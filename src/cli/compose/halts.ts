import type { AuthorityContext } from '../../authority/context.ts';
import { haltsInForce } from '../../authority/halts/halt-over.ts';
import { haltText } from '../../authority/halts/halt-text.ts';
import { undoUnderHalts } from '../../authority/halts/undo-under-halts.ts';
import type { Logger } from '../../platform/log.ts';

/** What is halted when a server starts: said in the log, and its undo carried on with. Gives each in words. */
export async function haltsAtStart(context: AuthorityContext, log: Logger): Promise<string[]> {
  const halts = (await haltsInForce(context.db)).map((halt) => haltText(halt));
  for (const halt of halts) log.warn(`${halt}; nothing it covers begins until: belay resume`);
  await undoUnderHalts(context);
  return halts;
}
