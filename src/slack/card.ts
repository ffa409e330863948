import type { types } from '@slack/bolt';
import type { RunView } from '../authority/doors.ts';
import { isUndecided, type Gate, type GateOption } from '../domain/gate.ts';
import { context, header, LIMITS, section, sections, type SlackMessage } from './blocks.ts';
import { CardBudget } from './card-budget.ts';
import { optionBlocks, sentencesOf, targetsOf, undoOf } from './card-option.ts';
import { decisionLines, headlineOf, resultLines } from './card-status.ts';
import { inlineCode, line, plain } from './inert.ts';
import { utc } from './utc.ts';

export interface CardOptions {
  /** Most evidence lines on the card; 5 unless given. */
  readonly evidence?: number;
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
  const headline = headlineOf(gate, run);
  const first = recommendedOf(gate);
  const chosen = gate.options.find(({ id }) => id === gate.chosen) ?? first;
  const summary = chosen === undefined ? gate.title : sentencesOf(chosen).join('; ');
  const blocks: types.KnownBlock[] = [
    header(plain(headline, LIMITS.header)),
    ...(isUndecided(gate.state) ? undecided(gate, options) : decided(gate, run, chosen)),
    context(footer(gate, run, chosen)),
  ];
  return { text: `${line(headline, 150)}: ${line(summary, 300)} (${gate.id})`, blocks };
}

function undecided(gate: Gate, { evidence = 5 }: CardOptions): types.KnownBlock[] {
  const first = recommendedOf(gate);
  const ordered = first === undefined ? [] : [first, ...gate.options.filter((option) => option !== first)];
  const above = sections(decisionLines(gate));
  const below = [...evidenceBlocks(gate, evidence), context(needs(gate))];
  return [...above, ...fitting(gate, ordered, LIMITS.blocks - above.length - below.length - 2), ...below];
}

/** The options' blocks, as many whole options as there is room for; says how many others there are. */
function fitting(gate: Gate, options: readonly GateOption[], room: number): types.KnownBlock[] {
  const budget = new CardBudget();
  const blocks: types.KnownBlock[] = [];
  for (const [index, option] of options.entries()) {
    const more = optionBlocks(gate, option, index + 1, budget);
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

function needs(gate: Gate): string {
  const self = gate.requirement.selfApproval ? '' : ' · not by who asked for it';
  const missing =
    gate.missing
      .slice(0, 10)
      .map((one) => line(one, 120))
      .join(', ') || 'nothing more';
  return `*Needs* ${missing}${self} · rule ${inlineCode(gate.requirement.rule, 80)} · *Expires* ${utc(gate.expiresAt)}, then nothing is done`;
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

function decided(gate: Gate, run: RunView, chosen: GateOption | undefined): types.KnownBlock[] {
  if (chosen === undefined) return [section(line(gate.title, 300))];
  const budget = new CardBudget(2_000);
  const sentences = sentencesOf(chosen).map((sentence) => `*${budget.line(sentence, 250)}*`);
  const targets = targetsOf(chosen).map((target) => budget.line(target, 200));
  const where = targets.join(' · ');
  const facts = [
    ...decisionLines(gate),
    ...resultLines(gate, run),
    ...(gate.state === 'approved' || gate.state === 'executing' || gate.state === 'done'
      ? [`*Undo* ${budget.line(undoOf(chosen), 400)}`]
      : []),
  ];
  return [...sections([...sentences, ...(where === '' ? [] : [where])]), ...sections(facts)];
}

function footer(gate: Gate, run: RunView, chosen: GateOption | undefined): string {
  const asked =
    run.trigger.kind === 'alert' ? `alert from ${line(run.trigger.source, 60)}` : line(run.requester.name, 80);
  return [
    `gate \`${gate.id}\``,
    `run \`${gate.run}\``,
    inlineCode(gate.runbook, 80),
    `asked by ${asked}`,
    `\`${shortDigest(chosen?.digest ?? gate.digest)}\``,
    utc(gate.openedAt),
  ].join(' · ');
}
