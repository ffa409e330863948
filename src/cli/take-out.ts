import { manyText } from '../domain/count-text.ts';
import { CliError } from '../platform/problem.ts';
import { allPages } from './all-pages.ts';
import type { ApiClient } from './client.ts';
import { printable } from './text/table.ts';
import { type GateView, ItemPage, type OptionView } from './views.ts';

/** What an approval covers once items are taken out of it, and which those are, as it is shown before anybody agrees. */
export interface TakenOut {
  readonly actions: readonly string[];
  readonly text: string;
}

/**
 * Reads the items that are to be taken out, so that each is named before anybody agrees.
 * @throws CliError (exit 2) where one is none of the approval's, or nothing would be left.
 */
export async function takeOut(
  client: ApiClient,
  gate: GateView,
  option: OptionView,
  without: readonly string[],
): Promise<TakenOut> {
  const { batch } = option;
  if (!batch) throw new CliError(`Approval ${gate.id} is not over many; there is nothing to take out.`, 2);
  const pages = await allPages(client, `/api/gates/${encodeURIComponent(gate.id)}/items`, {}, ItemPage);
  const items = new Map(pages.flatMap((page) => page.items).map((item) => [item.action, item]));
  const actions = [...new Set(without)];
  const strange = actions.find((action) => !items.has(action));
  if (strange !== undefined)
    throw new CliError(`${strange} is no item of ${gate.id}; \`belay items ${gate.id}\` lists them.`, 2);
  const before = new Set(gate.decisions.flatMap((decision) => decision.without));
  const left = batch.count - new Set([...before, ...actions]).size;
  if (left <= 0) throw new CliError(`Nothing of ${gate.id} would be left to approve. Deny it, and say why.`, 2);
  const lines = actions.map((action) => `  ${action}  ${printable(items.get(action)?.sentence ?? '')}`);
  const taken = [`Taken out: ${manyText(actions.length)}`, ...lines].join('\n');
  return { actions, text: `${taken}\nApprove ${manyText(left)} of ${manyText(batch.count)}.` };
}
