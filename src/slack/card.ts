import type { types } from '@slack/bolt';
import type { RunView } from '../authority/doors.ts';
import { isOwnKind, isUndecided, type Gate, type GateOption } from '../domain/gate.ts';
import { context, header, LIMITS, section, sections, type SlackMessage } from './blocks.ts';
import { batchBlocks, batchLines } from './card-batch.ts';
import { CardBudget } from './card-budget.ts';
import { headlineOf, ownHeadlineOf } from './card-headline.ts';
import { frozenBlocks, incidentLines, needsBlocks } from './card-needs.ts';
import { budgetFor, optionBlocks } from './card-option.ts';
import { ownBlocks } from './card-own.ts';
import { decisionLines, resultLines } from './card-status.ts';
import { inlineCode, line, plain } from './inert.ts';
import { sentencesOf, subjectOf, targetsOf, undosOf } from './option-facts.ts';
import { utc } from './utc.ts';

export interface CardOptions {
  /** Most evidence lines on the card; 5 unless given. */
  readonly evidence?: number;
  /** Where Belay's pages are, without a slash at the end; without it no card leads anywhere. */
  readonly web?: string | undefined;
}

/** The recommended option; the first where none is. */
export const recommendedOf = (gate: Gate): GateOption | undefined =>
  gate.options.find(({ recommended }) => recommended) ?? gate.options[0];

/** A digest as people compare it: the first 12 hex digits. */
export const shortDigest = (digest: string): string => digest.slice(0, 'sha256:'.length + 12);

/**
 * A gate as a Slack message: a view of the row and of nothing else. What will happen comes from the canonical actions;
 * the plan's author is only ever quoted. Undecided gates have buttons; decided ones say who, when, why and what came of it.
 * Within Slack's limits for every gate; what is shortened says by how much and where to read it.
 */
export function gateCard(gate: Gate, run: RunView, options: CardOptions = {}): SlackMessage {
  const { kind } = gate;
  const own = isOwnKind(kind) ? kind : undefined;
  const headline = own === undefined ? headlineOf(gate, run) : ownHeadlineOf(gate, own);
  const first = recommendedOf(gate);
  const chosen = gate.options.find(({ id }) => id === gate.chosen) ?? first;
  const undecidedYet = isUndecided(gate.state);
  const blocks: types.KnownBlock[] = [
    header(plain(headline, LIMITS.header)),
    ...(own !== undefined
      ? ownBlocks(gate, own, { web: options.web, undecided: undecidedYet })
      : undecidedYet
        ? undecided(gate, options)
        : decided(gate, run, chosen, options.web)),
    context(footer(gate, run, { chosen, web: options.web })),
  ];
  return { text: `${line(headline, 150)}: ${line(subjectOf(gate, chosen), 300)} (${gate.id})`, blocks };
}

function undecided(gate: Gate, { evidence = 5, web }: CardOptions): types.KnownBlock[] {
  const first = recommendedOf(gate);
  const ordered = first === undefined ? [] : [first, ...gate.options.filter((option) => option !== first)];
  const above = [...frozenBlocks(gate), ...sections([...incidentLines(gate), ...decisionLines(gate)])];
  const below = [...evidenceBlocks(gate, evidence), ...needsBlocks(gate)];
  return [...above, ...fitting(gate, ordered, web, LIMITS.blocks - above.length - below.length - 2), ...below];
}

/** The options' blocks, as many whole options as there is room for; says how many others there are. */
function fitting(
  gate: Gate,
  options: readonly GateOption[],
  web: string | undefined,
  room: number,
): types.KnownBlock[] {
  const budget = budgetFor(options);
  const blocks: types.KnownBlock[] = [];
  for (const [index, option] of options.entries()) {
    const more = option.batch
      ? batchBlocks(gate, { ...option, batch: option.batch }, web)
      : optionBlocks(gate, option, index + 1, { budget, web });
    if (blocks.length + more.length >= room) {
      const left = options.length - index;
      return [
        ...blocks,
        section(`*Shortened* ${left} more options do not fit here. All of them: \`belay gates ${gate.id}\``),
      ];
    }
    blocks.push(...more);
  }
  return blocks;
}

function evidenceBlocks(gate: Gate, most: number): types.KnownBlock[] {
  if (gate.evidence.length === 0) return [context('*Evidence* none was read')];
  const shown = gate.evidence
    .slice(0, most)
    .map(({ id, summary }) => `• ${line(summary, 200)} (\`${id.slice('blob:'.length, 'blob:'.length + 8)}\`)`);
  const more = gate.evidence.length - shown.length;
  return [
    context(['*Evidence*', ...shown, ...(more > 0 ? [`• ${more} more: \`belay show ${gate.run}\``] : [])].join('\n')),
  ];
}

function decided(
  gate: Gate,
  run: RunView,
  chosen: GateOption | undefined,
  web: string | undefined,
): types.KnownBlock[] {
  if (chosen === undefined) return [section(line(gate.title, 300))];
  const budget = new CardBudget(2_000);
  const sentences = sentencesOf(chosen).map((sentence) => `*${budget.line(sentence, 250)}*`);
  const targets = targetsOf(chosen).map((target) => budget.line(target, 200));
  const where = targets.join(' · ');
  const facts = [
    ...batchLines(gate, chosen, web),
    ...decisionLines(gate),
    ...resultLines(gate, run),
    ...(gate.state === 'approved' || gate.state === 'executing' || gate.state === 'done'
      ? [`*Undo* ${budget.line(undosOf(chosen).join('; '), 400)}`]
      : []),
  ];
  return [
    ...frozenBlocks(gate),
    ...sections([...sentences, ...(where === '' ? [] : [where])]),
    ...sections([...incidentLines(gate), ...facts]),
  ];
}

function footer(
  gate: Gate,
  run: RunView,
  { chosen, web }: { chosen: GateOption | undefined; web: string | undefined },
): string {
  const asked =
    run.trigger.kind === 'alert' ? `alert from ${line(run.trigger.source, 60)}` : line(run.requester.name, 80);
  return [
    `gate \`${gate.id}\``,
    `run \`${gate.run}\``,
    inlineCode(gate.runbook, 80),
    `asked by ${asked}`,
    `\`${shortDigest(chosen?.digest ?? gate.digest)}\``,
    utc(gate.openedAt),
    ...(web === undefined ? [] : [`<${web}/runs/${gate.run}#${gate.id}|open in a browser>`]),
  ].join(' · ');
}
