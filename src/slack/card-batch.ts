import type { types } from '@slack/bolt';
import type { Batch } from '../domain/batch.ts';
import { COSTS_TITLE, costText, largestTexts, largestTitle, leftOutText, progressTexts } from '../domain/batch-text.ts';
import { manyText } from '../domain/count-text.ts';
import type { Gate, GateOption } from '../domain/gate.ts';
import { actions, context, section, sections } from './blocks.ts';
import { CardBudget } from './card-budget.ts';
import { buttonsOf, tablePage } from './card-buttons.ts';
import { undoAndBlast, whyBlock } from './card-option.ts';
import { inlineCode } from './inert.ts';
import { sentencesOf, targetsOf, undosOf } from './option-facts.ts';

/** Where every item is, for who cannot press a button for it. */
const whereAll = ({ id }: Gate, web: string | undefined): string =>
  web === undefined ? `\`belay items ${id}\`` : `<${tablePage(web, id)}|the table>`;

/** The dearest items, by what the tools worker saw; the others are one tap away. */
function largestLines(batch: Batch, budget: CardBudget, everywhere: string): string[] {
  const shown = largestTexts(batch).map((text) => `• ${budget.line(text, 700)}`);
  const more = batch.count - shown.length;
  return [
    `*${largestTitle(batch)}*`,
    ...shown,
    ...(more > 0 ? [`and ${manyText(more)} more, each in ${everywhere}`] : []),
  ];
}

/**
 * What an undecided gate over many actions asks, in the order of a single one's card: what, to what, for how much, why, how
 * it is undone. All of it comes from what the tools worker saw; only the quote is the runbook's. Its digest covers the root
 * over every item, so that five lines here stand for exactly the table.
 */
export function batchBlocks(
  gate: Gate,
  option: GateOption & { readonly batch: Batch },
  web: string | undefined,
): types.KnownBlock[] {
  const { batch } = option;
  const budget = new CardBudget();
  const everywhere = whereAll(gate, web);
  const { count, unit } = batch.blastRadius;
  const left = leftOutText(batch);
  const costs = costText(batch);
  const head = [
    ...sentencesOf(option).map((sentence) => `*${budget.line(sentence, 300)}*`),
    ...targetsOf(option).map((where) => budget.line(where, 600)),
    ...(costs === undefined ? [] : [`*${COSTS_TITLE}* ${budget.line(costs, 600)}`]),
  ];
  const undo = undosOf(option).map((one) => budget.line(one, 700));
  const blast = `*Blast radius* ${budget.line(`${manyText(count)} ${unit}`, 200)}`;
  const notAsked = left === undefined ? [] : [`*Left out* ${budget.line(left, 1_500)}`];
  const exact = `Exactly ${inlineCode(batch.tool, 100)} on the ${manyText(batch.count)} items of list ${inlineCode(batch.list, 60)}, ${inlineCode(batch.root.slice(0, 'sha256:'.length + 12))}; single ones are taken out in ${everywhere}`;
  const shown = [
    ...sections(head),
    whyBlock(gate, budget),
    ...undoAndBlast(undo, blast),
    ...sections([...largestLines(batch, budget, everywhere), ...notAsked]),
    context(exact),
  ];
  const shortened =
    budget.left === 0
      ? []
      : [section(`*Shortened* ${budget.left} characters do not fit here. All of it: ${everywhere}`)];
  const buttons = buttonsOf({ gate, option, number: 1, web, approvable: gate.state === 'open' });
  return [...shown, ...shortened, actions(buttons)];
}

/** How far a batch that was decided is; nothing of any other option. mrkdwn. */
export function batchLines(gate: Gate, option: GateOption, web: string | undefined): string[] {
  if (!option.batch) return [];
  const { progress } = gate;
  if (!progress) return [`Each item: ${whereAll(gate, web)}`];
  const [done = '', ...others] = progressTexts(progress, gate.state === 'done');
  return [[`*${done}*`, ...others, `each in ${whereAll(gate, web)}`].join(' · ')];
}
